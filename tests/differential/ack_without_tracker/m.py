# SPDX-License-Identifier: GPL-2.0-or-later
from tracing import *


class S(LogSource):
    def init(self, options):
        self.exit = threading.Event()
        pass
        return True

    def run(self):
        trace(attempt(lambda: self.post_message(LogMessage("x", 1))))
        trace(attempt(lambda: self.post_message(LogMessage("x", None))))
        trace("posted")
        self.exit.wait()

    def request_exit(self):
        self.exit.set()


class D(LogDestination):
    def send(self, msg):
        return True
