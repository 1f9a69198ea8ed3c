# SPDX-License-Identifier: GPL-2.0-or-later
from tracing import *
from syslogng import LogMessage


import datetime


class D(LogDestination):
    def send(self, msg):
        made = LogMessage("text")
        for value in (object(), {}, (), ("a",), [1], [None], [["a"]], bytearray(b"x"), 1j, {1}, datetime.date(2020, 1, 1), datetime.time(1), datetime.timedelta(1), len):
            trace(type(value).__name__, attempt(lambda: made.__setitem__("v", value)), made.get("v"))
        return True
