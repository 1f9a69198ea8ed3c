# SPDX-License-Identifier: GPL-2.0-or-later
from tracing import *


class D(LogDestination):
    def send(self, msg):
        trace(attempt(lambda: msg["nothing"]), attempt(lambda: msg[b"nothing"]), attempt(lambda: msg[""]), attempt(lambda: msg["a.b-c d"]))
        return True
