# SPDX-License-Identifier: GPL-2.0-or-later
from tracing import *


class D(LogDestination):
    def send(self, msg):
        for key in sorted(key for key in msg.keys() if key.startswith(b"t.")):
            trace(key.decode(), repr(attempt(lambda: msg[key])))
        return True
