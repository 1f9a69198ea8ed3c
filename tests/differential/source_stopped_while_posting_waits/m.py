# SPDX-License-Identifier: GPL-2.0-or-later
from tracing import *


class S(LogSource):
    def init(self, options):
        self.exit = False
        return True

    def run(self):
        while not self.exit:
            self.post_message(LogMessage("x"))
        trace("run ends")

    def request_exit(self):
        trace("request_exit")
        self.exit = True

    def deinit(self):
        trace("deinit")


class D(LogDestination):
    def open(self):
        return False

    def send(self, msg):
        return True
