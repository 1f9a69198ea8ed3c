# SPDX-License-Identifier: GPL-2.0-or-later
from tracing import *
from syslogng import LogMessage


class D(LogDestination):
    def send(self, msg):
        made = LogMessage("text")
        trace(msg.get_pri(), made.get_pri(), made.set_pri(165), made.get_pri(), attempt(lambda: made.get_pri(1)))
        return True
