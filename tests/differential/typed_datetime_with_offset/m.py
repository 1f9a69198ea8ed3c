# SPDX-License-Identifier: GPL-2.0-or-later
from tracing import *


class D(LogDestination):
    def send(self, msg):
        for key in sorted(key for key in msg.keys() if key.startswith(b"t.")):
            value = attempt(lambda: msg[key])
            trace(key.decode(), value, getattr(value, "tzinfo", "no time"))
        return True
