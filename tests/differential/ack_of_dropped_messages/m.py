# SPDX-License-Identifier: GPL-2.0-or-later
from tracing import *


class S(LogSource):
    def init(self, options):
        self.exit = threading.Event()
        self.ack_tracker = ConsecutiveAckTracker(self.acked)
        return True

    def run(self):
        for number in range(1, 4):
            self.post_message(LogMessage(str(number), number))
        self.exit.wait()

    def request_exit(self):
        self.exit.set()

    newest = 0

    def acked(self, bookmark):
        if bookmark <= self.newest:
            trace("not in order", bookmark, self.newest)
        self.newest = bookmark
        if bookmark == 3:
            trace("acked", bookmark)


class D(LogDestination):
    def send(self, msg):
        return self.DROP if text(msg) == "2" else True
