# SPDX-License-Identifier: GPL-2.0-or-later
"""Headers of str and bytes."""

from tracing import trace


class H:
    def __init__(self, options):
        trace("init", options, hasattr(self, "persist_name"), hasattr(self, "SUCCESS"))
        self.count = 0

    def get_headers(self, body, headers):
        trace("get", repr(body), type(headers).__name__, [h for h in headers if "Host" not in h])
        return ["X-Test: " + body, b"X-Test-Bytes: b", "X-Test-Umlaut: \u00fc", "X-Test-Empty;", "X-Test-No-Colon"]

    def on_http_response_received(self, code):
        self.count += 1
        trace("response", code, self.count)

    def init(self, options):
        trace("init() is not called")

    def deinit(self):
        trace("deinit() is not called")
