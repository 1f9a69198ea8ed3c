# SPDX-License-Identifier: GPL-2.0-or-later
from tracing import *


class F(LogFetcher):
    def __init__(self):
        super().__init__()
        trace("__init__")

    def init(self, options):
        trace("init", options)
        self.number = 0
        return True

    def open(self):
        trace("open")
        return True

    def fetch(self):
        self.number += 1
        if self.number > 3:
            return (self.FETCH_NO_DATA, None)
        return (self.FETCH_SUCCESS, LogMessage(str(self.number)))

    def close(self):
        trace("close")

    def request_exit(self):
        trace("request_exit")

    def deinit(self):
        trace("deinit")
