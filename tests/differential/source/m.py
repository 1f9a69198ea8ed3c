# SPDX-License-Identifier: GPL-2.0-or-later
from tracing import *


class S(LogSource):
    def __init__(self):
        super().__init__()
        trace("__init__")

    def init(self, options):
        trace("init", options)
        self.exit = threading.Event()
        return True

    def run(self):
        trace("run")
        self.post_message(LogMessage("one"))
        self.post_message(LogMessage("two"))
        self.exit.wait()
        trace("run ends")

    def request_exit(self):
        trace("request_exit")
        self.exit.set()

    def deinit(self):
        trace("deinit")
