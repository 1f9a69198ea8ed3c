# SPDX-License-Identifier: GPL-2.0-or-later
from tracing import *


class D(LogDestination):
    up = False
    attempts = 0

    def open(self):
        self.attempts += 1
        trace("open", self.attempts)
        self.up = self.attempts not in (2, 3)
        return self.up

    def is_opened(self):
        return self.up

    def send(self, msg):
        trace("send", text(msg))
        if text(msg) == "one":
            self.up = False
        return True
