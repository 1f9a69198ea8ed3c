# SPDX-License-Identifier: GPL-2.0-or-later
"""A fetcher of messages that a web server has numbered, which remembers what was delivered.

The server is asked for ``URL?after=NUMBER`` and answers with a list of objects, ``[{"id": 8, "message": "text"}, …]``, in the
order of their numbers.
"""

import http.client
import json
import urllib.request
from typing import Any, Dict, List, Tuple, Union

from syslogng import ConsecutiveAckTracker, LogFetcher, Logger, LogMessage, Persist


# region: class
class Numbered(LogFetcher):
    """Fetches what comes after the last message, and goes on there after a restart."""

    def init(self, options: Dict[str, Any]) -> bool:
        """Take the option "url", and begin behind what was delivered before."""
        self.url = options["url"]
        self.logger = Logger()
        self.state = Persist(self.persist_name, defaults={"delivered": 0})
        self.last = self.state["delivered"]
        self.ack_tracker = ConsecutiveAckTracker(self.delivered)
        return True

    def delivered(self, number: int) -> None:
        """Remember that this message and all before it are delivered. Called on any thread."""
        self.state["delivered"] = number

    def fetch(self) -> Union[Tuple[int], Tuple[int, List[LogMessage]]]:
        """Ask the server once."""
        try:
            with urllib.request.urlopen(f"{self.url}?after={self.last}", timeout=5) as answer:
                records = json.load(answer)
        except (OSError, http.client.HTTPException, ValueError) as error:
            self.logger.error(f"{self.url}: {error!r}")
            return (self.NOT_CONNECTED,)
        if not records:
            return (self.NO_DATA,)
        messages = [LogMessage(record["message"], record["id"]) for record in records]
        self.last = records[-1]["id"]
        return (self.SUCCESS, messages)
# endregion
