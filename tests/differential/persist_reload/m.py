# SPDX-License-Identifier: GPL-2.0-or-later
from tracing import *

kept = []


class S(LogSource):
    def init(self, options):
        persist = Persist("p", {"n": 0})
        persist["n"] = persist["n"] + 1
        kept.append(persist)
        trace([persist["n"] for persist in kept])
        trace("done")
        return True

    def run(self):
        pass

    def request_exit(self):
        pass
