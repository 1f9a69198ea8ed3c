# SPDX-License-Identifier: GPL-2.0-or-later
from tracing import *

import time


class F(LogFetcher):
    def init(self, options):
        self.calls = 0
        return True

    def fetch(self):
        self.calls += 1
        if self.calls == 1:
            self.start = time.monotonic()
        if self.calls < 20:
            return (self.FETCH_TRY_AGAIN, None)
        if self.calls == 20:
            trace("at once", time.monotonic() - self.start < 0.5)
            self.start = time.monotonic()
            return (self.FETCH_NO_DATA, None)
        if self.calls == 21:
            trace("after a while", time.monotonic() - self.start > 0.4)
            return (self.FETCH_SUCCESS, LogMessage("one"))
        return (self.FETCH_NO_DATA, None)
