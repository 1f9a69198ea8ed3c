# SPDX-License-Identifier: GPL-2.0-or-later
from tracing import *


class S(LogSource):
    def run(self):
        msg = LogMessage("one")
        trace(msg["MESSAGE"])
        self.post_message(msg)
        trace(msg["MESSAGE"], attempt(lambda: msg["SOURCE"]))

    def request_exit(self):
        pass
