# SPDX-License-Identifier: GPL-2.0-or-later
from tracing import *


class D(LogDestination):
    def send(self, msg):
        names = "YEAR MONTH DAY HOUR MIN SEC MSEC USEC WEEK_DAY WEEKDAY WEEK YEAR_DAY AMPM HOUR12 MONTH_NAME MONTH_ABBREV MONTH_WEEK WEEK_DAY_NAME WEEK_DAY_ABBREV"
        names += " DATE ISODATE FULLDATE UNIXTIME TZ TZOFFSET ISOWEEK S_DATE S_ISODATE S_UNIXTIME S_HOUR"
        names += " LEVEL FACILITY PRI PRIORITY LEVEL_NUM SEVERITY FACILITY_NUM BSDTAG TAG TAGS SEQNUM MSGID MESSAGE MSG PID PROGRAM HOST SDATA RCPTID RUNID LOGHOST_ P_HOST"
        for name in names.split():
            trace(name, attempt(lambda: msg[name]))
        trace(type(attempt(lambda: msg["R_UNIXTIME"])).__name__, type(attempt(lambda: msg["SYSUPTIME"])).__name__, type(attempt(lambda: msg["HOSTID"])).__name__)
        trace(attempt(lambda: msg["UNIXTIME"].tzinfo))
        return True
