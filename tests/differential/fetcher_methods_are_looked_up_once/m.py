# SPDX-License-Identifier: GPL-2.0-or-later
from tracing import *


class F(LogFetcher):
    number = 0

    def init(self, options):
        self.open = lambda: trace("another open")
        self.close = lambda: trace("another close")
        self.request_exit = lambda: trace("another request_exit")
        self.fetch = lambda: trace("another fetch")
        self.deinit = lambda: trace("another deinit")
        return True

    def open(self):
        trace("open")
        return True

    def close(self):
        trace("close")

    def request_exit(self):
        trace("request_exit")

    def fetch(self):
        self.number += 1
        if self.number > 3:
            return (self.FETCH_NO_DATA, None)
        return (self.FETCH_SUCCESS, LogMessage(str(self.number)))
