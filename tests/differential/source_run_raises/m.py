# SPDX-License-Identifier: GPL-2.0-or-later
from tracing import *


class S(LogSource):
    def init(self, options):
        self.runs = 0
        return True

    def run(self):
        self.runs += 1
        trace("run")
        self.post_message(LogMessage("one"))
        if self.runs == 1:
            raise ValueError("text")

    def request_exit(self):
        trace("request_exit")
