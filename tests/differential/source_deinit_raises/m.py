# SPDX-License-Identifier: GPL-2.0-or-later
from tracing import *


class S(LogSource):
    def run(self):
        self.post_message(LogMessage("one"))

    def request_exit(self):
        pass

    def deinit(self):
        trace("deinit")
        raise ValueError("text")
