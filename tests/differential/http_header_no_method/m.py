# SPDX-License-Identifier: GPL-2.0-or-later
"""What is refused."""

from tracing import trace


class H:
    def __init__(self, options):
        trace("init")
