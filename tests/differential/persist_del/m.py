# SPDX-License-Identifier: GPL-2.0-or-later
from tracing import *


class S(LogSource):
    def init(self, options):
        persist = Persist("p")
        persist["key"] = 1
        del persist["key"]
        trace("key" in persist, list(persist))
        trace("done")
        return True

    def run(self):
        pass

    def request_exit(self):
        pass
