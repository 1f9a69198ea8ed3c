# SPDX-License-Identifier: GPL-2.0-or-later
import os

from tracing import *

GO = os.path.join(os.path.dirname(os.path.abspath(__file__)), "go")


class S(LogSource):
    def init(self, options):
        self.exit = threading.Event()
        self.ack_tracker = ConsecutiveAckTracker(self.acked)
        return True

    def run(self):
        self.post_message(LogMessage("x", 1))
        self.post_message(LogMessage("x", 2))
        # Not before the test has seen the host run: this ends it under the C module.
        while not os.path.exists(GO) and not self.exit.wait(0.01):
            pass
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
