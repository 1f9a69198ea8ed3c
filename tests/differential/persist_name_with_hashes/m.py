# SPDX-License-Identifier: GPL-2.0-or-later
from tracing import *


class S(LogSource):
    def init(self, options):
        trace(attempt(lambda: Persist("a##b")))
        trace(Persist("a#b").persist_name)
        persist = Persist("p")
        persist["a##b"] = 1
        trace(list(persist), persist["a##b"])
        trace("done")
        return True

    def run(self):
        pass

    def request_exit(self):
        pass
