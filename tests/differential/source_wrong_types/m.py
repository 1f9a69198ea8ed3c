# SPDX-License-Identifier: GPL-2.0-or-later
from tracing import *


class S(LogSource):
    def run(self):
        for wrong in ("text", b"bytes", None, 1, self):
            trace(attempt(lambda: self.post_message(wrong)))
        trace(attempt(lambda: self.post_message()))
        trace(attempt(lambda: self.post_message(LogMessage("x"), 1)))
        trace(attempt(lambda: self.post_message(message=LogMessage("x"))))
        trace(self.post_message(msg=LogMessage("one")))
        trace(self.post_message(LogMessage("two")))

    def request_exit(self):
        pass
