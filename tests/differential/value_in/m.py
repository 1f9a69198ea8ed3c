# SPDX-License-Identifier: GPL-2.0-or-later
from tracing import *


class D(LogDestination):
    def send(self, msg):
        trace(attempt(lambda: "MESSAGE" in msg), attempt(lambda: "nothing" in msg))
        return True
