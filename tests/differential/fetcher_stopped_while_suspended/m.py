# SPDX-License-Identifier: GPL-2.0-or-later
from tracing import *


class F(LogFetcher):
    number = 0

    def fetch(self):
        self.number += 1
        return (self.FETCH_SUCCESS, LogMessage(str(self.number)))

    def close(self):
        trace("close", self.number)

    def request_exit(self):
        trace("request_exit")


class D(LogDestination):
    def open(self):
        return False

    def send(self, msg):
        return True
