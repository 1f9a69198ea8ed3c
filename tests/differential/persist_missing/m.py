# SPDX-License-Identifier: GPL-2.0-or-later
from tracing import *


class S(LogSource):
    def init(self, options):
        persist = Persist("p")
        trace(attempt(lambda: persist["nothing"]))
        trace("nothing" in persist)
        persist["something"] = 1
        trace("something" in persist, list(persist))
        trace("done")
        return True

    def run(self):
        pass

    def request_exit(self):
        pass
