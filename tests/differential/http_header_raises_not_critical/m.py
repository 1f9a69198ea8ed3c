# SPDX-License-Identifier: GPL-2.0-or-later
"""Raises the first time."""

from tracing import trace

raised = []


class H:
    def __init__(self, options):
        pass

    def get_headers(self, body, headers):
        trace("get", body)
        if not raised:
            raised.append(1)
            raise ValueError("no headers today")
        return ["X-Test: " + body]
