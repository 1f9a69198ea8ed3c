# SPDX-License-Identifier: GPL-2.0-or-later
from tracing import *
from syslogng import LogMessage


class D(LogDestination):
    def send(self, msg):
        made = LogMessage("text")
        made["empty"] = ""
        trace(*(attempt(lambda: key in made) for key in ("MESSAGE", b"MESSAGE", "nothing", "empty", "DATE", "", 1)))
        return True
