# SPDX-License-Identifier: GPL-2.0-or-later
from tracing import *


class S(LogSource):
    def init(self, options):
        persist = Persist("p")
        for value in ([1], {}, object(), (1,)):
            trace(attempt(lambda: persist.__setitem__("key", value)))
        trace(attempt(lambda: persist.__setitem__(1, "value")))
        trace(attempt(lambda: persist[1]))
        trace(attempt(lambda: Persist(1)))
        trace(attempt(lambda: Persist()))
        trace(list(persist))
        trace("done")
        return True

    def run(self):
        pass

    def request_exit(self):
        pass
