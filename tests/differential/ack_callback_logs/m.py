# SPDX-License-Identifier: GPL-2.0-or-later
from tracing import *

from syslogng import Logger


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

    def acked(self, bookmark):
        if bookmark == 3:
            Logger().warning("said in the callback")
        trace("acked", bookmark)


class D(LogDestination):
    def send(self, msg):
        return True
