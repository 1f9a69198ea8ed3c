# SPDX-License-Identifier: GPL-2.0-or-later
from tracing import *


class D(LogDestination):
    empty = False

    def send(self, msg):
        trace("send", text(msg))
        return True

    def flush(self):
        self.empty = True
        return True

    def deinit(self):
        trace("flushed with nothing", self.empty)
