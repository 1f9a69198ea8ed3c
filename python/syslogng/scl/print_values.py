# SPDX-License-Identifier: GPL-2.0-or-later
"""The class behind scl/print-values."""

import sys
from typing import Any, Dict

from syslogng.dest import LogDestination
from syslogng.message import LogMessage

__all__ = ["PrintValues"]


class PrintValues(LogDestination):
    """Prints the values that the option ``values`` names, a line a message."""

    def init(self, options: Dict[str, Any]) -> bool:
        """Take the names, which have blanks between them."""
        self.names = options["values"].split()
        return True

    def send(self, msg: LogMessage) -> bool:
        """Print a message. What is not UTF-8 is shown with backslashes."""
        line = "\t".join(f"{name}={self.text(msg, name)}" for name in self.names)
        # In one piece: other destinations may print too.
        sys.stdout.write(line + "\n")
        sys.stdout.flush()
        return True

    @staticmethod
    def text(msg: LogMessage, name: str) -> str:
        """Give a value as text; an empty one if the message has none."""
        if name not in msg:
            return ""
        value = msg[name]
        return value.decode("utf-8", "backslashreplace") if isinstance(value, bytes) else str(value)
