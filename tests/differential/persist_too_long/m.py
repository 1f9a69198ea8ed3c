# SPDX-License-Identifier: GPL-2.0-or-later
from tracing import *


class S(LogSource):
    def init(self, options):
        persist = Persist("p")
        persist["fits"] = "x" * 8000
        trace(len(persist["fits"]))
        trace(attempt(lambda: persist.__setitem__("key", "x" * 10000)))
        trace("done")
        return True

    def run(self):
        pass

    def request_exit(self):
        pass
