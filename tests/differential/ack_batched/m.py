# SPDX-License-Identifier: GPL-2.0-or-later
from tracing import *


class S(LogSource):
    def init(self, options):
        self.exit = threading.Event()
        self.ack_tracker = BatchedAckTracker(0, 3, self.acked)
        return True

    def run(self):
        for number in range(1, 7):
            self.post_message(LogMessage(str(number), bookmark=number))
        self.exit.wait()

    def request_exit(self):
        self.exit.set()

    def acked(self, bookmarks):
        trace("acked", type(bookmarks).__name__, sorted(bookmarks))


class D(LogDestination):
    def send(self, msg):
        return True
