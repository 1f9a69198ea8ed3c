# SPDX-License-Identifier: GPL-2.0-or-later
"""Counts its objects."""

from tracing import trace

made = []


class H:
    def __init__(self, options):
        made.append(1)
        self.number = len(made)

    def get_headers(self, body, headers):
        trace("get", body, self.number)
        return []


class Raises:
    def __init__(self, options):
        raise ValueError("not this one")
