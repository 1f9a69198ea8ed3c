# SPDX-License-Identifier: GPL-2.0-or-later
"""A destination that compresses messages, with a file for each of its workers."""

import gzip
import os
from pathlib import Path
from typing import Any, Dict

from syslogng import LogBatch, LogDestination, LogDestinationResult, Logger


# region: class
class Archive(LogDestination):
    """Adds each batch to a file of the worker's own, compressed. Compressing leaves other threads alone."""

    def init(self, options: Dict[str, Any]) -> bool:
        """Take the option "folder"."""
        self.path = Path(options["folder"]) / f"logs-{self.worker_index}.gz"
        self.logger = Logger()
        return True

    def open(self) -> bool:
        """Open the file of this worker."""
        self.file = self.path.open("ab", buffering=0)
        return True

    def close(self) -> None:
        """Close it."""
        self.file.close()

    def send_batch(self, batch: LogBatch) -> LogDestinationResult:
        """Write a batch, and have it on the disk when this returns."""
        part = gzip.compress(b"".join(text + b"\n" for text in batch.column("MESSAGE")))
        end = self.path.stat().st_size
        try:
            if self.file.write(part) != len(part):
                raise OSError("the disk is full")
            os.fsync(self.file.fileno())
        except OSError as error:
            self.logger.error(f"{self.path}: {error}, trying again")
            self.file.truncate(end)
            return self.NOT_CONNECTED
        return self.SUCCESS
# endregion
