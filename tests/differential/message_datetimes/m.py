# SPDX-License-Identifier: GPL-2.0-or-later
from tracing import *
from syslogng import LogMessage


from datetime import datetime, timedelta, timezone


class D(LogDestination):
    def send(self, msg):
        made = LogMessage("text")
        east, west = timezone(timedelta(hours=5, minutes=30)), timezone(timedelta(hours=-2))
        for value in (
            datetime(2023, 11, 14, 12, 0, 0),
            datetime(2023, 11, 14, 12, 0, 0, 123000),
            datetime(2023, 11, 14, 12, 0, 0, 123456),
            datetime(2023, 7, 14, 12, 0, 0),
            datetime(2023, 10, 29, 2, 30),
            datetime(2023, 10, 29, 2, 30, fold=1),
            datetime(2023, 11, 14, 12, 0, 0, tzinfo=timezone.utc),
            datetime(2023, 11, 14, 12, 0, 0, 1, east),
            datetime(2023, 11, 14, 12, 0, 0, 0, west),
            datetime(1969, 12, 31, 12, 0, 0, 500000, timezone.utc),
            datetime(1970, 1, 1),
        ):
            made["v"] = value
            trace(value, "|", attempt(lambda: made["v"]), "|", made.get_as_str("v"))
        return True
