# SPDX-License-Identifier: GPL-2.0-or-later
from tracing import *


class S(LogSource):
    def run(self):
        for number in range(13):
            trace(self.post_message(LogMessage(str(number))))
        trace("posted")

    def suspend(self):
        trace("suspend")

    def wakeup(self):
        trace("wakeup")

    def request_exit(self):
        trace("request_exit")


class D(LogDestination):
    def open(self):
        return False

    def send(self, msg):
        return True
