# SPDX-License-Identifier: GPL-2.0-or-later
from tracing import *
from syslogng import LogMessage


class D(LogDestination):
    def send(self, msg):
        made = LogMessage("text")
        for pri in (0, 13, 165, 191, 43):
            trace(pri, made.set_pri(pri), made["FACILITY"], made["LEVEL"], made["PRI"])
        made.set_pri(pri=30)
        trace(made["PRI"], *(attempt(lambda: made.set_pri(value)) for value in ("1", None, 1.5, b"1")))
        trace(made["PRI"], attempt(lambda: made.set_pri()), attempt(lambda: made.set_pri(1, 2)))
        return True
