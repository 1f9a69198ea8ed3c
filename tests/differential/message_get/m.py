# SPDX-License-Identifier: GPL-2.0-or-later
from tracing import *
from syslogng import LogMessage


class D(LogDestination):
    def send(self, msg):
        made = LogMessage("text")
        made["n"] = 5
        made["none"] = None
        for message in (msg, made):
            trace(message.get("MESSAGE"), message.get(b"MESSAGE"), message.get("nothing"), message.get("nothing", 7), message.get("nothing", default="d"), message.get(key="LEVEL"))
        trace(made.get("n"), made.get("none", "d"), attempt(lambda: made.get()), attempt(lambda: made.get(1)), attempt(lambda: made.get("a", "b", "c")))
        return True
