# SPDX-License-Identifier: GPL-2.0-or-later
"""Options."""

import sys

from tracing import trace


class H:
    def __init__(self, options):
        trace("init", sorted(options.items()), "imported" in sys.modules)

    def get_headers(self, body, headers):
        trace("headers")
        return []
