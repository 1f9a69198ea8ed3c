# SPDX-License-Identifier: GPL-2.0-or-later
from tracing import *


class S(LogSource):
    def init(self, options):
        persist = Persist("p")
        if not os.path.exists("trace"):
            persist["text"] = "a text"
            persist["utf8"] = "\u00e9"
            persist["empty"] = ""
            persist["bytes"] = b"\xff\xfe"
            persist["zero"] = 0
            persist["number"] = 12345
            persist["negative"] = -1
            persist["large"] = 10**30
        else:
            for key in ("text", "utf8", "empty", "bytes", "zero", "number", "negative", "large"):
                trace(key, repr(persist[key]))
        trace("done")
        return True

    def run(self):
        pass

    def request_exit(self):
        pass
