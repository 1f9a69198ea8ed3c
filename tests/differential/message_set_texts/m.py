# SPDX-License-Identifier: GPL-2.0-or-later
from tracing import *
from syslogng import LogMessage


class D(LogDestination):
    def send(self, msg):
        made = LogMessage("text")
        made["MESSAGE"] = "other"
        made["a"] = "n\u00e4e"
        made[b"b"] = b"\xff\xfe"
        made["c"] = ""
        made["HOST"] = "h"
        made["PROGRAM"] = "p" * 300
        made["n\u00e4me"] = "x"
        made[".dotted.name"] = "d"
        for key in ("MESSAGE", "a", b"b", "c", "HOST", "PROGRAM", b"n\xc3\xa4me", ".dotted.name"):
            trace(key, made[key])
        trace(sorted(key for key in made.keys() if key in (b"MESSAGE", b"a", b"b", b"c", b"HOST", b"PROGRAM", b".dotted.name")))
        made["a"] = "shorter"
        made["a"] = "longer than the one before"
        trace(made["a"], made["PROGRAM"] == b"p" * 300)
        return True
