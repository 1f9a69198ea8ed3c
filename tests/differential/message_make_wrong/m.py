# SPDX-License-Identifier: GPL-2.0-or-later
from tracing import *

from syslogng import LogMessage


class D(LogDestination):
    def send(self, msg):
        trace(*(attempt(lambda: LogMessage(text)) for text in (1, 1.5, [], bytearray(b"x"), "\udc80")))
        trace(attempt(lambda: LogMessage("a", "b", "c")), attempt(lambda: LogMessage(text="a")))
        return True
