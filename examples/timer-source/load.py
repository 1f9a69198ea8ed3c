# SPDX-License-Identifier: GPL-2.0-or-later
"""A source that posts how busy the machine is, every so often."""

import os
import threading
from typing import Any, Dict

from syslogng import LogMessage, LogSource


# region: class
class Load(LogSource):
    """Posts the load averages."""

    def init(self, options: Dict[str, Any]) -> bool:
        """Take the option "every", in seconds. On hosts where options have types it is a number already."""
        self.every = float(options.get("every", 60))
        self.exit = threading.Event()
        return True

    def run(self) -> None:
        """Post until the end; while it waits, request_exit() wakes it."""
        while not self.exit.wait(self.every):
            one, five, fifteen = os.getloadavg()
            message = LogMessage(f"load average: {one:.2f}, {five:.2f}, {fifteen:.2f}")
            message["PROGRAM"] = "load"
            message["load.1"] = f"{one:.2f}"
            message["load.5"] = f"{five:.2f}"
            message["load.15"] = f"{fifteen:.2f}"
            self.post_message(message)

    def request_exit(self) -> None:
        """Have run() return."""
        self.exit.set()
# endregion
