# SPDX-License-Identifier: GPL-2.0-or-later
from tracing import *


class D(LogDestination):
    def send(self, msg):
        for key in ["set", "empty", "made.up", ".kv.a", ".kv.b", ".kv.c"]:
            trace(key, attempt(lambda: msg[key]), key.encode() in msg.keys())
        return True
