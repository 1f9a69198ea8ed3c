# SPDX-License-Identifier: GPL-2.0-or-later
"""The Python side of the benchmark; the same for both modules."""

import os
from typing import Any, Dict


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
