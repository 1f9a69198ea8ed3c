# SPDX-License-Identifier: GPL-2.0-or-later
from tracing import *
import time


class D(LogDestination):
    up = False
    asked = 0

    def open(self):
        trace("open", time.monotonic() - self.asked < 0.9)
        self.up = True
        return True

    def is_opened(self):
        self.asked = time.monotonic()
        return self.up

    def send(self, msg):
        trace("send", text(msg))
        self.up = False
        return True

    def close(self):
        trace("close")

    def deinit(self):
        trace("deinit")
