# SPDX-License-Identifier: GPL-2.0-or-later
"""A destination that collects messages in send() and writes them in flush(), as code for the C module does."""

import os
from typing import Any, Dict, List

from syslogng import LogDestination, LogDestinationResult, LogMessage, Logger


# region: class
class Spool(LogDestination):
    """Writes many messages at once, and has them on the disk when flush() returns."""

    def init(self, options: Dict[str, Any]) -> bool:
        """Take the option "file"."""
        self.path = options["file"]
        self.logger = Logger()
        self.lines: List[bytes] = []
        return True

    def send(self, msg: LogMessage) -> LogDestinationResult:
        """Collect a message. What flush() returns decides over it."""
        self.lines.append(msg["MESSAGE"] + b"\n")
        return self.QUEUED

    def flush(self) -> LogDestinationResult:
        """Write what send() has collected."""
        # Taken out in any case: messages that are not delivered come again, by send().
        lines, self.lines = self.lines, []
        if not lines:
            return self.SUCCESS
        try:
            with open(self.path, "ab") as file:
                file.writelines(lines)
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            self.logger.error(f"{self.path}: {error}, {len(lines)} messages come again")
            return self.NOT_CONNECTED
        return self.SUCCESS
# endregion
