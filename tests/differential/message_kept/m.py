# SPDX-License-Identifier: GPL-2.0-or-later
from tracing import *
class D(LogDestination):
    def init(self, options):
        self.kept = []
        return True

    def send(self, msg):
        self.kept.append(msg)
        return True

    def deinit(self):
        trace([text(msg) for msg in self.kept], self.kept[0]["LEVEL"], self.kept[-1]["PROGRAM"])
