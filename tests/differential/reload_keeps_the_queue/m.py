# SPDX-License-Identifier: GPL-2.0-or-later
from tracing import *


class D(LogDestination):
    def init(self, options):
        self.can_open = options["open"] == "yes"
        trace("init", self.can_open)
        return True

    def open(self):
        return self.can_open

    def send(self, msg):
        trace("send", text(msg))
        return True
