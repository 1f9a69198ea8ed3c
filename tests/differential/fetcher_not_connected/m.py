# SPDX-License-Identifier: GPL-2.0-or-later
from tracing import *

import time


class F(LogFetcher):
    def init(self, options):
        self.results = [self.FETCH_NOT_CONNECTED]
        self.done = False
        return True

    def open(self):
        trace("open")
        return True

    def fetch(self):
        if self.results:
            self.start = time.monotonic()
            return (self.results.pop(),)
        if self.done:
            return (self.FETCH_NO_DATA,)
        trace("waited", 0.9 < time.monotonic() - self.start < 3)
        self.done = True
        return (self.FETCH_SUCCESS, LogMessage("one"))

    def close(self):
        trace("close")
