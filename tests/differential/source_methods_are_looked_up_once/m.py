# SPDX-License-Identifier: GPL-2.0-or-later
from tracing import *


class S(LogSource):
    def init(self, options):
        self.run = lambda: trace("another run")
        self.request_exit = lambda: trace("another request_exit")
        self.deinit = lambda: trace("another deinit")
        return True

    def run(self):
        trace("run")
        self.post_message(LogMessage("one"))

    def request_exit(self):
        trace("request_exit")

    def deinit(self):
        trace("deinit")
