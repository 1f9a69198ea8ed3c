# SPDX-License-Identifier: GPL-2.0-or-later
from tracing import *
from syslogng import LogMessage


class D(LogDestination):
    def send(self, msg):
        made = LogMessage("text")
        made["n"] = "5"
        trace("%(MESSAGE)s %(n)s %(LEVEL)s" % made, attempt(lambda: "%(nothing)s" % made))
        return True
