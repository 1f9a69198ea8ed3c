# SPDX-License-Identifier: GPL-2.0-or-later
from tracing import *
from syslogng import LogMessage


from datetime import datetime, timedelta, timezone


class D(LogDestination):
    def send(self, msg):
        made = LogMessage("text")
        now = datetime.now()
        trace(abs(made.get_timestamp() - now) < timedelta(seconds=10), made.get_timestamp().tzinfo, abs(msg.get_timestamp() - now) < timedelta(seconds=60))
        for value in (
            datetime(2023, 11, 14, 12, 0, 0, 123456),
            datetime(2023, 11, 14, 12, 0, 0, 5, timezone.utc),
            datetime(2023, 11, 14, 12, 0, 0, 0, timezone(timedelta(hours=5, minutes=30))),
            datetime(1, 1, 2, tzinfo=timezone.utc),
            datetime(9999, 12, 30, tzinfo=timezone.utc),
        ):
            made.set_timestamp(value)
            trace(value, "|", made.get_timestamp(), made.get_timestamp().tzinfo)
        return True
