# SPDX-License-Identifier: GPL-2.0-or-later
"""Is never asked."""

from tracing import trace


class H:
    def __init__(self, options):
        trace("init")

    def get_headers(self, body, headers):
        trace("get")
