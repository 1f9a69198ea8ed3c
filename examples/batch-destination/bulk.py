# SPDX-License-Identifier: GPL-2.0-or-later
"""A destination that posts batches of messages to a web server, a JSON object for each on a line of its own."""

import http.client
import json
import urllib.error
import urllib.request
from typing import Any, Dict

from syslogng import LogBatch, LogDestination, LogDestinationResult, Logger

NAMES = ("ISODATE", "HOST", "PROGRAM", "MESSAGE")
"""The values of a message that are sent."""

REFUSED = (400, 413, 422)
"""What a server answers that would answer the same if it were asked again."""


def text(value: Any) -> str:
    """Give a value as text; what is not UTF-8 in it with backslashes."""
    return value.decode("utf-8", "backslashreplace") if isinstance(value, bytes) else str(value)


# region: class
class Bulk(LogDestination):
    """Posts each batch by one request."""

    def init(self, options: Dict[str, Any]) -> bool:
        """Take the option "url"."""
        self.url = options["url"]
        self.logger = Logger()
        return True

    def send_batch(self, batch: LogBatch) -> LogDestinationResult:
        """Post a batch. When the server cannot take it now, all of it comes again."""
        rows = batch.values(*NAMES)
        lines = [json.dumps({name: text(value) for name, value in zip(NAMES, row)}) + "\n" for row in rows]
        request = urllib.request.Request(self.url, "".join(lines).encode(), {"Content-Type": "application/x-ndjson"})
        try:
            urllib.request.urlopen(request, timeout=5).close()
        except urllib.error.HTTPError as error:
            self.logger.error(f"{self.url}: {error}")
            # After retries() attempts messages are sent one by one, and those that are refused by themselves dropped.
            return self.ERROR if error.code in REFUSED else self.NOT_CONNECTED
        except (OSError, http.client.HTTPException) as error:
            self.logger.error(f"{self.url}: {error!r}")
            return self.NOT_CONNECTED
        return self.SUCCESS
# endregion
