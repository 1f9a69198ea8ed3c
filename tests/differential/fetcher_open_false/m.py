# SPDX-License-Identifier: GPL-2.0-or-later
from tracing import *


class F(LogFetcher):
    def init(self, options):
        self.number = 0
        self.opened = 0
        return True

    def open(self):
        self.opened += 1
        trace("open", self.opened)
        if self.opened == 2:
            raise OSError("text")
        return self.opened == 3

    def fetch(self):
        self.number += 1
        if self.number > 3:
            return (self.FETCH_NO_DATA, None)
        return (self.FETCH_SUCCESS, LogMessage(str(self.number)))

    def close(self):
        trace("close")
