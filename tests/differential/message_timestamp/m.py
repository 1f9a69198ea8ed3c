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
            datetime(2023, 11, 14, 12, 0, 0, 123456),
            datetime(2023, 7, 14, 12, 0, 0),
            datetime(2023, 10, 29, 2, 30),
            datetime(2023, 10, 29, 2, 30, fold=1),
            datetime(2023, 11, 14, 12, 0, 0, tzinfo=timezone.utc),
            datetime(2023, 11, 14, 12, 0, 0, 250000, east),
            datetime(2023, 11, 14, 12, 0, 0, 0, west),
            datetime(1970, 1, 1, tzinfo=timezone.utc),
        ):
            trace(value, attempt(lambda: made.set_timestamp(value)), made["S_ISODATE"], made["S_UNIXTIME"], made["S_USEC"])
        trace(*(attempt(lambda: made.set_timestamp(value)) for value in (None, 1, "2020", 1.5)))
        made.set_timestamp(timestamp=datetime(2023, 11, 14, 12, 0, 0, tzinfo=east))
        trace(made["S_ISODATE"], attempt(lambda: made.set_timestamp()), attempt(lambda: made.set_timestamp(1, 2)))
        return True
