# SPDX-License-Identifier: GPL-2.0-or-later
from tracing import *


class F(LogFetcher):
    def init(self, options):
        self.calls = 0
        return True

    def open(self):
        trace("open")
        return True

    def fetch(self):
        self.calls += 1
        if self.calls == 1:
            raise ValueError("text")
        if self.calls == 2:
            return (self.FETCH_SUCCESS, LogMessage("one"))
        return (self.FETCH_NO_DATA,)

    def close(self):
        trace("close")
