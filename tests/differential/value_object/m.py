# SPDX-License-Identifier: GPL-2.0-or-later
from tracing import *


class D(LogDestination):
    def send(self, msg):
        trace(type(msg).__name__, bool(msg), attempt(lambda: len(msg)), attempt(lambda: list(msg)), attempt(lambda: hash(msg) != 0), msg == msg)
        trace(attempt(lambda: setattr(msg, "x", 1)), hasattr(msg, "keys"), hasattr(msg, "items"))
        return True
