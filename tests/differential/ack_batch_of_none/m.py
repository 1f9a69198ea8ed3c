# SPDX-License-Identifier: GPL-2.0-or-later
from tracing import *


class S(LogSource):
    def init(self, options):
        self.exit = threading.Event()
        self.ack_tracker = BatchedAckTracker(1, 0, print)
        return True

    def run(self):
        pass
        self.exit.wait()

    def request_exit(self):
        self.exit.set()


class D(LogDestination):
    def send(self, msg):
        return True
