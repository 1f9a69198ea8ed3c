# SPDX-License-Identifier: GPL-2.0-or-later
from tracing import *


class S(LogSource):
    def init(self, options):
        self.exit = threading.Event()
        self.ack_tracker = ConsecutiveAckTracker(lambda bookmark: trace("acked", bookmark))
        return True

    def run(self):
        if not os.path.exists("posted"):
            write("posted", "posted")
            for number in range(1, 5):
                self.post_message(LogMessage("gone" if number == 2 else "kept", number))
            trace("posted")
        self.exit.wait()

    def request_exit(self):
        self.exit.set()


class Gone(LogDestination):
    def open(self):
        return False

    def is_opened(self):
        return False

    def send(self, msg):
        return True


class Kept(LogDestination):
    delivered = 0

    def open(self):
        return os.path.exists("go")

    def send(self, msg):
        Kept.delivered += 1
        trace("delivered", Kept.delivered)
        return True
