# SPDX-License-Identifier: GPL-2.0-or-later
from tracing import *

import time


class F(LogFetcher):
    number = 0
    start = None

    def open(self):
        if self.start is None:
            self.start = time.monotonic()
            return False
        trace("waited two seconds", time.monotonic() - self.start > 1.9)
        return True

    def fetch(self):
        self.number += 1
        if self.number > 3:
            return (self.FETCH_NO_DATA, None)
        return (self.FETCH_SUCCESS, LogMessage(str(self.number)))
