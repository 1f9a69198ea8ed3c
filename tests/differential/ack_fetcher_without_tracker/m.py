# SPDX-License-Identifier: GPL-2.0-or-later
from tracing import *


class F(LogFetcher):
    number = 0

    def open(self):
        trace("open")
        return True

    def fetch(self):
        self.number += 1
        if self.number > 2:
            return (self.FETCH_NO_DATA,)
        return (self.FETCH_SUCCESS, LogMessage(str(self.number), "bookmark" if self.number == 1 else None))

    def close(self):
        trace("close")


class D(LogDestination):
    def send(self, msg):
        return True
