# SPDX-License-Identifier: GPL-2.0-or-later
from tracing import *


class S(LogSource):
    def init(self, options):
        self.exit = threading.Event()
        return True

    def run(self):
        self.post_message(LogMessage("one"))
        self.exit.wait()
        trace("run ends")

    def request_exit(self):
        self.exit.set()
        raise ValueError("text")

    def deinit(self):
        trace("deinit")
