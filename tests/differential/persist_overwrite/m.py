# SPDX-License-Identifier: GPL-2.0-or-later
from tracing import *


class S(LogSource):
    def init(self, options):
        persist = Persist("p")
        for value in ("long" * 100, "short", 1, "longer" * 200, b"", 12345678):
            persist["key"] = value
            trace(repr(persist["key"]))
        trace("done")
        return True

    def run(self):
        pass

    def request_exit(self):
        pass
