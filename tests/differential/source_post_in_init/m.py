# SPDX-License-Identifier: GPL-2.0-or-later
from tracing import *


class S(LogSource):
    def init(self, options):
        trace(attempt(lambda: self.post_message(LogMessage("init"))))
        return True

    def run(self):
        self.post_message(LogMessage("one"))

    def request_exit(self):
        trace(attempt(lambda: self.post_message(LogMessage("request_exit"))))
