# SPDX-License-Identifier: GPL-2.0-or-later
from tracing import *

import time


class D(LogDestination):
    calls = []

    def open(self):
        self.calls.append(time.monotonic())
        return len(self.calls) > 1

    def send(self, msg):
        trace("waited two seconds", self.calls[1] - self.calls[0] > 1.9)
        return True
