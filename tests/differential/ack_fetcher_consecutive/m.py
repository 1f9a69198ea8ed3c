# SPDX-License-Identifier: GPL-2.0-or-later
from tracing import *


class F(LogFetcher):
    number = 0

    def init(self, options):
        self.ack_tracker = ConsecutiveAckTracker(self.acked)
        return True

    def fetch(self):
        self.number += 1
        if self.number > 3:
            return (self.FETCH_NO_DATA,)
        msg = LogMessage(str(self.number))
        msg.set_bookmark(self.number)
        return (self.FETCH_SUCCESS, msg)

    newest = 0

    def acked(self, bookmark):
        if bookmark <= self.newest:
            trace("not in order", bookmark, self.newest)
        self.newest = bookmark
        if bookmark == 3:
            trace("acked", bookmark)


class D(LogDestination):
    def send(self, msg):
        return True
