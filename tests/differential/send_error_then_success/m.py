# SPDX-License-Identifier: GPL-2.0-or-later
from tracing import *


class D(LogDestination):
    attempts = 0

    def send(self, msg):
        self.attempts += 1
        trace("send", text(msg), self.attempts)
        return self.SUCCESS if self.attempts != 1 else self.ERROR
