# SPDX-License-Identifier: GPL-2.0-or-later
from tracing import *


class S(LogSource):
    def __init__(self):
        self.persist = Persist("p", {"key": "value"})

    def init(self, options):
        trace(self.persist["key"])
        trace("done")
        return True

    def run(self):
        pass

    def request_exit(self):
        pass
