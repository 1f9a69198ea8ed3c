# SPDX-License-Identifier: GPL-2.0-or-later
"""Returns what it must not."""

from tracing import trace

WRONG = [None, "X-Test: text", ("X-Test: tuple",), [1, 2], {"X-Test": "dict"}, ["X-Test: first", 3, "X-Test: third"],
         ["X-Test: first", None], [["X-Test: list"]], 5]


class L(list):
    pass


class H:
    def __init__(self, options):
        pass

    def get_headers(self, body, headers):
        trace("get", body)
        headers.append("X-Test: ours")
        headers[0] = "X-Test: ours too"
        if WRONG:
            return WRONG.pop(0)
        return L(["X-Test: " + body])
