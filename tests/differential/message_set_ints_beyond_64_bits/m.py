# SPDX-License-Identifier: GPL-2.0-or-later
from tracing import *
from syslogng import LogMessage


class D(LogDestination):
    def send(self, msg):
        made = LogMessage("text")
        for value in (2**63, -(2**63) - 1, 10**30):
            trace(attempt(lambda: made.__setitem__("v", value)), made.get("v"))
        return True
