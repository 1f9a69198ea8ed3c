# SPDX-License-Identifier: GPL-2.0-or-later
from tracing import *


class S(LogSource):
    def init(self, options):
        persist = Persist("p", defaults={"a": 1, "b": "two"})
        trace(sorted((key, persist[key]) for key in persist))
        persist["a"] = 5
        trace("done")
        return True

    def run(self):
        pass

    def request_exit(self):
        pass
