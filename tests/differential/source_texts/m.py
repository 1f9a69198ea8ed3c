# SPDX-License-Identifier: GPL-2.0-or-later
from tracing import *


class S(LogSource):
    def run(self):
        for text in ("a", b"b", "\u00e9", b"\xff", "", None):
            try:
                self.post_message(LogMessage(text))
                trace("ok", text)
            except Exception as e:
                trace(repr(e))
        trace(attempt(lambda: LogMessage(1)))
        trace(attempt(lambda: LogMessage("\udcff")))
        trace("done")

    def request_exit(self):
        pass
