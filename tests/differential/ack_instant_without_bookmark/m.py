# SPDX-License-Identifier: GPL-2.0-or-later
from tracing import *


class S(LogSource):
    def init(self, options):
        self.exit = threading.Event()
        self.ack_tracker = InstantAckTracker(self.acked)
        return True

    def run(self):
        while not os.path.exists("go"):
            self.exit.wait(0.01)
        for bookmark in (None, 4):
            self.post_message(LogMessage("x", bookmark))
        self.exit.wait()

    def request_exit(self):
        self.exit.set()

    def acked(self, bookmark):
        trace("acked", bookmark)


class D(LogDestination):
    def send(self, msg):
        return True
