# SPDX-License-Identifier: GPL-2.0-or-later
from tracing import *


class S(LogSource):
    def init(self, options):
        trace("init", options)
        self.exit = threading.Event()
        return not options

    def run(self):
        trace("run")
        self.exit.wait()

    def request_exit(self):
        trace("request_exit")
        self.exit.set()

    def deinit(self):
        trace("deinit")
