# SPDX-License-Identifier: GPL-2.0-or-later
from tracing import *

import time


class F(LogFetcher):
    start = None
    done = False

    def fetch(self):
        if self.done:
            return (self.FETCH_NO_DATA,)
        if self.start is None:
            self.start = time.monotonic()
            return (self.FETCH_NO_DATA,)
        self.done = True
        trace("waited two seconds", time.monotonic() - self.start > 1.9)
        return (self.FETCH_SUCCESS, LogMessage("one"))
