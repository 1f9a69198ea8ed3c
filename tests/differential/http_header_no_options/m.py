# SPDX-License-Identifier: GPL-2.0-or-later
"""What is refused."""

from tracing import trace


class H:
    def __init__(self):
        trace("init")

    def get_headers(self, body, headers):
        return []
