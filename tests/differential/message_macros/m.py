# SPDX-License-Identifier: GPL-2.0-or-later
from tracing import *
from syslogng import LogMessage


from datetime import datetime, timezone


class D(LogDestination):
    def send(self, msg):
        made = LogMessage("text")
        made["HOST"], made["PROGRAM"], made["PID"] = "h", "p", "12"
        made.set_timestamp(datetime(2023, 11, 14, 12, 0, 0, 0, timezone.utc))
        made.set_pri(165)
        names = "S_YEAR S_MONTH S_DAY S_HOUR S_MIN S_SEC S_ISODATE S_UNIXTIME S_WEEK S_WEEKDAY FACILITY FACILITY_NUM LEVEL LEVEL_NUM PRI PRIORITY TAG MSG MSGHDR TAGS SEQNUM FULLHOST LOGHOST MSGONLY SDATA S_TZ BSDTAG"
        trace(*("%s=%r" % (name, attempt(lambda: made[name])) for name in names.split() if name != "LOGHOST"))
        return True
