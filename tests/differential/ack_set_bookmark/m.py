# SPDX-License-Identifier: GPL-2.0-or-later
from tracing import *


class S(LogSource):
    def init(self, options):
        self.exit = threading.Event()
        self.ack_tracker = InstantAckTracker(self.acked)
        return True

    def run(self):
        for bookmark in ("text", {"a": [1]}, 1.5, "last"):
            msg = LogMessage("x")
            trace(msg.set_bookmark(bookmark))
            self.post_message(msg)
        self.exit.wait()

    def request_exit(self):
        self.exit.set()

    def acked(self, bookmark):
        write("out", "acked", bookmark)
        if bookmark == "last":
            trace("acked", bookmark)


class D(LogDestination):
    def send(self, msg):
        return True
