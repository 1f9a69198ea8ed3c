# SPDX-License-Identifier: GPL-2.0-or-later
from tracing import *


class Pure:
    def __init__(self, number=0):
        self.number = number


class F(Pure, LogFetcher):
    def __init__(self):
        Pure.__init__(self)

    def fetch(self):
        self.number += 1
        if self.number > 3:
            return (self.FETCH_NO_DATA, None)
        return (self.FETCH_SUCCESS, LogMessage(str(self.number)))


class G(LogFetcher, Pure):
    def __init__(self):
        Pure.__init__(self)

    def fetch(self):
        self.number += 1
        if self.number > 3:
            return (self.FETCH_NO_DATA, None)
        return (self.FETCH_SUCCESS, LogMessage(str(self.number)))
