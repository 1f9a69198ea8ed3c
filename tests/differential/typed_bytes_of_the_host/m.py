# SPDX-License-Identifier: GPL-2.0-or-later
from tracing import *


class D(LogDestination):
    def send(self, msg):
        trace(*sorted(key for key in msg.keys() if key.startswith(b"t.")))
        trace(attempt(lambda: msg["t.bytes"]), attempt(lambda: msg["t.protobuf"]))
        return True
