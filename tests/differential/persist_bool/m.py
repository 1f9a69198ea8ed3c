# SPDX-License-Identifier: GPL-2.0-or-later
from tracing import *


class S(LogSource):
    def init(self, options):
        persist = Persist("p")
        persist["yes"] = True
        persist["no"] = False
        trace(attempt(lambda: persist["yes"]))
        trace(attempt(lambda: persist["no"]))
        trace("done")
        return True

    def run(self):
        pass

    def request_exit(self):
        pass
