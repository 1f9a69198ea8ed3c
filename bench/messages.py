# SPDX-License-Identifier: GPL-2.0-or-later
"""The Python side of the benchmark; the same for both modules.

Imported without syslog-ng, for the figure of the Python body alone, builtins stand in for what the modules bring.
"""

import collections
import os
import time
from typing import Any, Dict, List, Tuple

try:
    from syslogng import LogFetcher, LogMessage, LogSource
except ImportError:

    class LogSource:  # type: ignore
        """Posts to nowhere."""

        post_message = collections.deque(maxlen=0).append
        post_messages = collections.deque(maxlen=0).extend

    class LogFetcher:  # type: ignore
        """Has the results of fetch()."""

        FETCH_SUCCESS, FETCH_TRY_AGAIN = 1, 2

    LogMessage = str  # type: ignore

try:
    from syslogng import LogDestination, LogParser
except ImportError:
    # The C module of 3.38 has none, and needs none.
    LogDestination = LogParser = object  # type: ignore

MANY = 100
"""So many messages are posted or fetched at once, where that can be done."""

TAKES_MANY = hasattr(LogSource, "post_messages")
"""Whether the module has post_messages() and takes lists from fetch()."""


class Opened(LogDestination):
    """Opens when the file of the option ``go`` is there."""

    def init(self, options: Dict[str, Any]) -> bool:
        self.go = options["go"]
        return True

    def open(self) -> bool:
        return os.path.exists(self.go)


class Send(Opened):
    """Reads two values of each message, or of the dict that value-pairs() makes of it."""

    def send(self, msg: Any) -> bool:
        host = msg["HOST"]
        message = msg["MESSAGE"]
        return bool(host) and bool(message)


class SendSlowly(Opened):
    """Waits for a millisecond in each send(), as for the answer of a server."""

    def send(self, msg: Any) -> bool:
        time.sleep(0.001)
        return True


class SendFlush(Opened):
    """Reads two values of each message and looks at them when the batch is full."""

    QUEUED: int

    def __init__(self) -> None:
        self.rows: List[Tuple[Any, Any]] = []

    def send(self, msg: Any) -> int:
        self.rows.append((msg["HOST"], msg["MESSAGE"]))
        return self.QUEUED

    def flush(self) -> bool:
        rows, self.rows = self.rows, []
        return all(host and message for host, message in rows)


class SendBatch(SendFlush):
    """The same with send_batch(), where that is called."""

    def send_batch(self, batch: Any) -> bool:
        return all(host and message for host, message in batch.values("HOST", "MESSAGE"))


class Post(LogSource):
    """Posts the option ``message`` as often as ``count`` says, when the file of the option ``go`` is there."""

    def init(self, options: Dict[str, Any]) -> bool:
        self.message, self.count, self.go = options["message"], int(options["count"]), options["go"]
        self.exit = False
        return True

    def run(self) -> None:
        while not os.path.exists(self.go) and not self.exit:
            time.sleep(0.003)
        self.post(self.message)

    def post(self, message: str) -> None:
        for _ in range(self.count):
            if self.exit:
                break
            self.post_message(LogMessage(message))

    def request_exit(self) -> None:
        self.exit = True


class PostMany(Post):
    """Posts lists of them, where the module can do that; else one after the other."""

    def post(self, message: str) -> None:
        for _ in range(self.count // MANY):
            if self.exit:
                break
            messages = [LogMessage(message) for _ in range(MANY)]
            if TAKES_MANY:
                self.post_messages(messages)
            else:
                for msg in messages:
                    self.post_message(msg)


class Fetch(LogFetcher):
    """Gives the option ``message`` as often as ``count`` says, when the file of the option ``go`` is there."""

    def init(self, options: Dict[str, Any]) -> bool:
        self.message, self.left, self.go = options["message"], int(options["count"]), options["go"]
        return True

    def open(self) -> bool:
        while not os.path.exists(self.go):
            time.sleep(0.003)
        return True

    def fetch(self) -> Tuple[int, Any]:
        if not self.left:
            time.sleep(0.1)
            return (self.FETCH_TRY_AGAIN, None)
        self.left -= 1
        return (self.FETCH_SUCCESS, LogMessage(self.message))


class FetchMany(Fetch):
    """Gives lists of them, where the module takes them; else one after the other."""

    def fetch(self) -> Tuple[int, Any]:
        if not TAKES_MANY or not self.left:
            return Fetch.fetch(self)
        self.left -= MANY
        return (self.FETCH_SUCCESS, [LogMessage(self.message) for _ in range(MANY)])


class Parse(LogParser):
    """Sets two values."""

    def parse(self, msg: Any) -> bool:
        msg["bench.one"] = "the first value"
        msg["bench.two"] = "the second value"
        return True


def function(msg: Any, text: bytes) -> bytes:
    """What a template asks for."""
    return text
