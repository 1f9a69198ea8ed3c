# SPDX-License-Identifier: GPL-2.0-or-later
from tracing import *


class S(LogSource):
    def init(self, options):
        self.exit = threading.Event()
        for wrong in (
            lambda: InstantAckTracker(1),
            lambda: InstantAckTracker(),
            lambda: ConsecutiveAckTracker("text"),
            lambda: BatchedAckTracker(1, 1, None),
            lambda: BatchedAckTracker("1", 1, print),
            lambda: BatchedAckTracker(1, 1),
        ):
            trace(attempt(wrong))
        trace("made")
        return True

    def run(self):
        pass
        self.exit.wait()

    def request_exit(self):
        self.exit.set()


class D(LogDestination):
    def send(self, msg):
        return True
