# SPDX-License-Identifier: GPL-2.0-or-later
from tracing import *


class D(LogDestination):
    def init(self, options):
        self.batch = []
        self.results = [self.ERROR, False, self.NOT_CONNECTED, "raise", 99, self.SUCCESS, self.DROP]
        return True

    def send(self, msg):
        self.batch.append(text(msg))
        return self.QUEUED

    def flush(self):
        if not self.batch:
            return self.SUCCESS
        batch, self.batch = self.batch, []
        result = self.results.pop(0) if self.results else self.DROP
        trace("flush", *batch, int(result) if result != "raise" else result)
        if result == "raise":
            raise OSError("gone")
        return result
