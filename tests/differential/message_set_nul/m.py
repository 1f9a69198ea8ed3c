# SPDX-License-Identifier: GPL-2.0-or-later
from tracing import *
from syslogng import LogMessage


class D(LogDestination):
    def send(self, msg):
        made = LogMessage("text")
        made["a"] = "x\0y"
        made["b"] = b"\0"
        trace(made["a"], made["b"])
        return True
