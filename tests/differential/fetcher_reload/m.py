# SPDX-License-Identifier: GPL-2.0-or-later
from tracing import *

number = 0


class F(LogFetcher):
    def __init__(self):
        global number
        number += 1
        self.number = number
        self.fetched = False

    def init(self, options):
        trace("init", self.number)
        return True

    def open(self):
        trace("open", self.number)
        return True

    def fetch(self):
        if self.fetched:
            return (self.FETCH_NO_DATA,)
        self.fetched = True
        return (self.FETCH_SUCCESS, LogMessage("of %d" % self.number))

    def close(self):
        trace("close", self.number)

    def deinit(self):
        trace("deinit", self.number)
