# SPDX-License-Identifier: GPL-2.0-or-later
"""A parser that shows what can be done with a message: it reads records of a web application, which are JSON."""

import json
from datetime import datetime
from typing import Any, Dict

from syslogng import LogMessage, LogParser, LogTemplate, LogTemplateOptions

LEVELS = {"error": 3, "warning": 4, "info": 6}


class Enrich(LogParser):
    """Makes an ordinary log message of a record, ``{"time": "2026-11-21T09:16:10+01:00", "level": "error", …}``."""

    def init(self, options: Dict[str, Any]) -> bool:
        """Compile a template, once."""
        self.origin = LogTemplate("$PROGRAM@$HOST", LogTemplateOptions())
        return True

    # region: parse
    def parse(self, msg: LogMessage) -> bool:
        """Take the record apart. What is none is dropped from this log path."""
        try:
            record = json.loads(msg["MESSAGE"])         # bytes
            time = datetime.fromisoformat(record["time"])
        except (ValueError, TypeError, KeyError):
            return False
        msg.set_timestamp(time)                         # $DATE, $ISODATE, $UNIXTIME and the like
        msg.set_pri(16 * 8 + LEVELS.get(record.get("level"), 5))    # facility local0
        msg["MESSAGE"] = str(record.get("text", ""))
        if "user" in record:
            msg["app.user"] = str(record["user"])
        if "PROGRAM" not in msg:
            msg["PROGRAM"] = "app"
        msg["app.origin"] = self.origin.format(msg)
        return True
    # endregion
