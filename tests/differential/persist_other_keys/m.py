# SPDX-License-Identifier: GPL-2.0-or-later
from tracing import *


class S(LogSource):
    def init(self, options):
        one, two = Persist("foo"), Persist("foobar")
        one["a"] = 1
        two["b"] = 2
        trace(sorted(one))
        trace(sorted(two))
        trace("done")
        return True

    def run(self):
        pass

    def request_exit(self):
        pass
