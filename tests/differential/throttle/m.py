# SPDX-License-Identifier: GPL-2.0-or-later
from tracing import *

import time


class D(LogDestination):
    begin = None

    def send(self, msg):
        self.begin = self.begin or time.monotonic()
        trace("send", text(msg), time.monotonic() - self.begin > 1.5)
        return True
