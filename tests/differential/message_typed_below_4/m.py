# SPDX-License-Identifier: GPL-2.0-or-later
from tracing import *
from syslogng import LogMessage


class D(LogDestination):
    def send(self, msg):
        made = LogMessage("5")
        made["n"] = 5
        trace(repr(made["n"]), repr(msg["n"]), attempt(lambda: made["nothing"]), repr(msg["nothing"]), repr(msg.get("nothing")), repr(msg.get("n")), made["MESSAGE"])
        return True
