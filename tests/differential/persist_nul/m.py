# SPDX-License-Identifier: GPL-2.0-or-later
from tracing import *


class S(LogSource):
    def init(self, options):
        persist = Persist("p")
        persist["text"] = "a\0b"
        persist["bytes"] = b"c\0d"
        trace(repr(persist["text"]), repr(persist["bytes"]))
        trace("done")
        return True

    def run(self):
        pass

    def request_exit(self):
        pass
