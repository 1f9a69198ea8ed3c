# SPDX-License-Identifier: GPL-2.0-or-later
from tracing import *


class F(LogFetcher):
    number = 0

    def fetch(self):
        if self.number == 100:
            return (self.FETCH_NO_DATA,)
        self.number += 1
        return (self.FETCH_SUCCESS, LogMessage(str(self.number)))


class D(LogDestination):
    def open(self):
        return os.path.exists("go")

    def send(self, msg):
        write("out.txt", text(msg))
        return True
