# SPDX-License-Identifier: GPL-2.0-or-later
"""A source that is a web server: each request is handled on a thread of its own, which posts what came.

POST /log takes a text, or JSON: an object with the text as "message", and "host" and "program" if there are any, or a list of such
objects. The answer has how many messages syslog-ng took, and comes when it has them: 200 if it took all, 503 if it is stopping and
the rest has to be sent again.
"""

import socket
import threading
from typing import Any, Dict, List, Set, Tuple

from flask import Flask, request
from werkzeug.exceptions import BadRequest
from werkzeug.serving import ThreadedWSGIServer, WSGIRequestHandler

from syslogng import LogMessage, LogSource

_LARGEST = 1 << 20
"""The most bytes that a request may have."""

# No other names: syslog-ng remembers each name that a message ever had, so strangers must not choose them.
_VALUES = {"message": "MESSAGE", "host": "HOST", "program": "PROGRAM"}


class FlaskSource(LogSource):
    """Serves requests until syslog-ng stops or reloads."""

    def init(self, options: Dict[str, Any]) -> bool:
        """Listen. Who connects now is answered when run() runs.

        Args:
            options: "address" and "port". One that is taken raises OSError, which makes syslog-ng refuse the config.

        Returns:
            True.
        """
        app = Flask(__name__)
        app.config["MAX_CONTENT_LENGTH"] = _LARGEST
        app.add_url_rule("/log", view_func=self.take, methods=["POST"])
        self.server = _Server(options["address"], int(options["port"]), app)
        return True

    def run(self) -> None:
        """Serve; return when all requests are answered."""
        self.server.serve_forever(poll_interval=0.1)

    def request_exit(self) -> None:
        """Have run() return. Requests that waited for syslog-ng to take their messages are being answered 503 by now."""
        self.server.shutdown()
        self.server.hang_up()

    def deinit(self) -> None:
        """Stop listening, also where run() never ran because syslog-ng refused the config."""
        self.server.server_close()

    # region: take
    def take(self) -> Tuple[Dict[str, int], int]:
        """Answer a request, on its own thread.

        Returns:
            How many messages syslog-ng has, and the status.
        """
        messages = _messages()
        try:
            # Waits while syslog-ng takes no messages. Other requests are handled meanwhile.
            return {"accepted": self.post_messages(messages)}, 200
        except RuntimeError as error:
            if str(error) != "source is stopping":
                raise
            return {"accepted": getattr(error, "posted", 0)}, 503
    # endregion


def _messages() -> List[LogMessage]:
    """The messages of the request.

    Raises:
        BadRequest: it is not as it should be.
    """
    if not request.is_json:
        return [LogMessage(request.get_data())]
    body = request.get_json()
    return [_message(record) for record in (body if isinstance(body, list) else [body])]


def _message(record: Any) -> LogMessage:
    """The message of one object."""
    if not isinstance(record, dict) or not isinstance(record.get("message"), str):
        raise BadRequest('an object with a text as "message" is wanted')
    message = LogMessage()
    for key, name in _VALUES.items():
        if key in record:
            message[name] = str(record[key])
    return message


class _Handler(WSGIRequestHandler):
    """Handles a connection."""

    timeout = 30
    """After so many seconds in which nothing comes the connection is closed."""

    def log_request(self, code: object = "-", size: object = "-") -> None:
        """Say nothing: each request is a message already."""


class _Server(ThreadedWSGIServer):
    """A server that leaves no thread and no connection behind."""

    # server_close(), which serve_forever() ends with, waits for the threads that are no daemons.
    daemon_threads = False

    def __init__(self, address: str, port: int, app: Flask) -> None:
        self.lock = threading.Lock()
        self.connections: Set[socket.socket] = set()
        self.hung_up = False
        # Where an address is taken, the server itself would end the process.
        with socket.create_server((address, port), backlog=128) as listener:
            super().__init__(address, port, app, _Handler, fd=listener.fileno())

    def finish_request(self, request: Any, client_address: Any) -> None:
        """Handle a connection, on its own thread."""
        with self.lock:
            if self.hung_up:
                return
            self.connections.add(request)
        try:
            super().finish_request(request, client_address)
        finally:
            with self.lock:
                self.connections.discard(request)

    def hang_up(self) -> None:
        """Wait for no more requests. Those that have come are answered."""
        with self.lock:
            self.hung_up = True
            for connection in self.connections:
                try:
                    connection.shutdown(socket.SHUT_RD)
                except OSError:
                    pass  # the other side was faster
