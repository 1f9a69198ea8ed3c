# SPDX-License-Identifier: GPL-2.0-or-later
from tracing import *
from syslogng import LogMessage


class D(LogDestination):
    def send(self, msg):
        made = LogMessage("text")
        before = set(made.keys())
        made["a"] = "1"
        made[b".b.c"] = "2"
        made[".SDATA.x@1.y"] = "3"
        made["0"] = "4"
        made["HOST"] = "5"
        trace(sorted(set(made.keys()) - before), type(made.keys()).__name__, all(type(key) is bytes for key in made.keys()), b"MESSAGE" in before, b"DATE" in before)
        return True
