# SPDX-License-Identifier: GPL-2.0-or-later
from tracing import *
from syslogng import LogMessage


import datetime


class D(LogDestination):
    def send(self, msg):
        trace(attempt(lambda: msg.__setitem__("MESSAGE", "x")), attempt(lambda: msg.__setitem__(b"new", b"x")))
        trace(attempt(lambda: msg.set_pri(1)), attempt(lambda: msg.set_timestamp(datetime.datetime(2020, 1, 1))))
        trace(msg["MESSAGE"], msg["PRI"], msg["S_YEAR"] == b"2020")
        return True
