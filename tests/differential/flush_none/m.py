# SPDX-License-Identifier: GPL-2.0-or-later
from tracing import *


class D(LogDestination):
    batch = []

    def send(self, msg):
        self.batch.append(text(msg))
        return self.QUEUED

    def flush(self):
        if self.batch:
            trace("flush", *self.batch)
            self.batch.clear()
            return None
        return True
