# SPDX-License-Identifier: GPL-2.0-or-later
from tracing import *
from syslogng import LogMessage


class D(LogDestination):
    def send(self, msg):
        made = LogMessage("text")
        trace(attempt(lambda: made["nothing"]), attempt(lambda: made[b"nothing"]), attempt(lambda: made[""]), made["SEQNUM"], made["HOST_FROM"] if b"HOST_FROM" in made.keys() else None)
        trace(*(attempt(lambda: made[key]) for key in (1, None, 1.5, ("MESSAGE",), bytearray(b"MESSAGE"))))
        return True
