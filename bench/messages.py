# SPDX-License-Identifier: GPL-2.0-or-later
"""The Python side of the benchmark; the same for both modules."""

import os
from typing import Any, Dict, List, Tuple


class Send:
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


class SendBatch:
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
