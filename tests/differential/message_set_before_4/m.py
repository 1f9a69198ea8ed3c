# SPDX-License-Identifier: GPL-2.0-or-later
from tracing import *
from syslogng import LogMessage


class D(LogDestination):
    def send(self, msg):
        made = LogMessage("text")
        for value in (1, 1.5, True, None, ["a"], object()):
            trace(type(value).__name__, attempt(lambda: made.__setitem__("v", value)), made["v"])
        return True
