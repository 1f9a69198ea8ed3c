# SPDX-License-Identifier: GPL-2.0-or-later
from tracing import *


class S(LogSource):
    def init(self, options):
        persist = Persist("p")
        persist["a"] = 1
        persist[b"b"] = 2
        persist["\u00e9"] = 3
        trace(sorted(persist), persist[b"a"], persist["b"], persist["\u00e9"])
        trace("done")
        return True

    def run(self):
        pass

    def request_exit(self):
        pass
