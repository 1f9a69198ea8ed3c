# SPDX-License-Identifier: GPL-2.0-or-later
from tracing import *


class D(LogDestination):
    def send(self, msg):
        trace(msg[".SDATA.a@1.b"], msg[".SDATA.a@1.d"], msg[".SDATA.e.f"], msg["SDATA"], attempt(lambda: msg[".SDATA.no.such"]))
        trace(*sorted(key for key in msg.keys() if key.startswith(b".SDATA")))
        return True
