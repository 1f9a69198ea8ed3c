# SPDX-License-Identifier: GPL-2.0-or-later
from tracing import *


class S(LogSource):
    def init(self, options):
        self.exit = threading.Event()
        self.ack_tracker = ConsecutiveAckTracker(self.acked)
        return True

    def run(self):
        self.post_message(LogMessage("x", 1))
        self.post_message(LogMessage("x", 2))
        self.second.wait()
        for bookmark in (None, 4, None):
            self.post_message(LogMessage("x", bookmark))
        self.exit.wait()

    def request_exit(self):
        self.exit.set()

    second = threading.Event()

    def acked(self, bookmark):
        if bookmark != 1:
            trace("acked", bookmark)
        if bookmark == 2:
            self.second.set()


class D(LogDestination):
    def send(self, msg):
        return True
