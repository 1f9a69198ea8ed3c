# SPDX-License-Identifier: GPL-2.0-or-later
"""Answers of the server."""

import server
from tracing import trace

server.answers += [500, 404, 200, 201]


class H:
    def __init__(self, options):
        pass

    def get_headers(self, body, headers):
        trace("get", body)
        return []

    def on_http_response_received(self, code):
        trace("response", code)
        if code == 500:
            raise ValueError("not good")
        return "nothing"
