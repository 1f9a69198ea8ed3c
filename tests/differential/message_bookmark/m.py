# SPDX-License-Identifier: GPL-2.0-or-later
from tracing import *
from syslogng import LogMessage


class D(LogDestination):
    def send(self, msg):
        made = LogMessage("text", bookmark={"position": 1})
        trace(made.set_bookmark("other"), made.set_bookmark(bookmark=None), made.set_bookmark(made), attempt(lambda: made.set_bookmark()), attempt(lambda: made.set_bookmark(1, 2)))
        trace(msg.set_bookmark(5), msg["MESSAGE"])
        return True
