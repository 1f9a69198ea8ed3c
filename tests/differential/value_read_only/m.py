# SPDX-License-Identifier: GPL-2.0-or-later
from tracing import *


def set_it(msg):
    msg["MESSAGE"] = "other"


class D(LogDestination):
    def send(self, msg):
        trace(attempt(lambda: set_it(msg)), attempt(lambda: msg.__setitem__(b"new", b"x")), attempt(lambda: msg.__setitem__(1, "x")))
        trace(msg["MESSAGE"])
        return True
