# SPDX-License-Identifier: GPL-2.0-or-later
"""Headers that are none."""

HEADERS = [["X-Test: a\0b"], ["X-Test: \ud800"]]


class H:
    def __init__(self, options):
        pass

    def get_headers(self, body, headers):
        return HEADERS.pop(0) if HEADERS else []
