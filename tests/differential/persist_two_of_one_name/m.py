# SPDX-License-Identifier: GPL-2.0-or-later
from tracing import *


class S(LogSource):
    def init(self, options):
        one, two = Persist("p"), Persist("p")
        one["key"] = "value"
        trace(two["key"])
        two["key"] = "another"
        trace(one["key"], one == two)
        trace("done")
        return True

    def run(self):
        pass

    def request_exit(self):
        pass
