# SPDX-License-Identifier: GPL-2.0-or-later
from tracing import *


class S(LogSource):
    def init(self, options):
        self.exit = threading.Event()
        self.ack_tracker = BatchedAckTracker(timeout=500, batch_size=100, batched_ack_callback=self.acked)
        return True

    def run(self):
        for number in range(1, 4):
            self.post_message(LogMessage(str(number), number))
        self.exit.wait()

    def request_exit(self):
        self.exit.set()

    def acked(self, bookmarks):
        trace("acked", sorted(bookmarks))


class D(LogDestination):
    def send(self, msg):
        return True
