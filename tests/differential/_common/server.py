# SPDX-License-Identifier: GPL-2.0-or-later
"""A server for cases of http(): it runs in the host itself, and notes the requests that it gets."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from tracing import trace

# What it answers, in this order; 200 after that.
answers = []
_started = []


class _Handler(BaseHTTPRequestHandler):
    def do_POST(self):
        """Note body and headers of the case's own, and answer."""
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        headers = [f"{name}: {value}" for name, value in self.headers.items() if name.startswith("X-Test")]
        code = answers.pop(0) if answers else 200
        trace("request", body, headers, code)
        self.send_response(code)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *args):
        """Say nothing."""


def start(address):
    """Start it, once for the process."""
    if not _started:
        _started.append(ThreadingHTTPServer((address, 8080), _Handler))
        _started[0].daemon_threads = True
        threading.Thread(target=_started[0].serve_forever, daemon=True).start()
