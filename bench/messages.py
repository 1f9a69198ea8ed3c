# SPDX-License-Identifier: GPL-2.0-or-later
"""The Python side of the benchmark; the same for both modules."""

import os
import time
from typing import Any, Dict, List, Tuple

try:
    from syslogng import LogFetcher, LogMessage, LogSource
except ImportError:
    # Measured without syslog-ng.
    LogFetcher = LogMessage = LogSource = object  # type: ignore

try:
    from syslogng import LogDestination, LogParser
except ImportError:
    # The C module of 3.38 has none, and needs none.
    LogDestination = LogParser = object  # type: ignore


class Send(LogDestination):
    """Reads two values of each message. Opens when the file of the option ``go`` is there."""

    def init(self, options: Dict[str, Any]) -> bool:
        self.go = options["go"]
        return True

    def open(self) -> bool:
        return os.path.exists(self.go)

    def send(self, msg: Any) -> bool:
        host = msg["HOST"]
        message = msg["MESSAGE"]
        return bool(host) and bool(message)


class SendBatch(LogDestination):
    """Reads the same of whole batches, by ``send_batch()`` where that is called."""

    QUEUED: int

    def __init__(self) -> None:
        self.rows: List[Tuple[bytes, bytes]] = []

    def init(self, options: Dict[str, Any]) -> bool:
        self.go = options["go"]
        return True

    def open(self) -> bool:
        return os.path.exists(self.go)

    def send_batch(self, batch: Any) -> bool:
        return all(host and message for host, message in batch.values("HOST", "MESSAGE"))

    def send(self, msg: Any) -> int:
        self.rows.append((msg["HOST"], msg["MESSAGE"]))
        return self.QUEUED

    def flush(self) -> bool:
        rows, self.rows = self.rows, []
        return all(host and message for host, message in rows)


class Post(LogSource):
    """Posts the option ``message`` as often as ``count`` says, when the file of the option ``go`` is there."""

    def init(self, options: Dict[str, Any]) -> bool:
        self.message, self.count, self.go = options["message"], int(options["count"]), options["go"]
        self.exit = False
        return True

    def run(self) -> None:
        while not os.path.exists(self.go) and not self.exit:
            time.sleep(0.003)
        message = self.message
        for _ in range(self.count):
            if self.exit:
                break
            self.post_message(LogMessage(message))

    def request_exit(self) -> None:
        self.exit = True


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


class Parse(LogParser):
    """Sets two values."""

    def parse(self, msg: Any) -> bool:
        msg["bench.one"] = "the first value"
        msg["bench.two"] = "the second value"
        return True


def function(msg: Any) -> str:
    """What a template asks for."""
    return "a value"
