# SPDX-License-Identifier: GPL-2.0-or-later
from tracing import *
from syslogng import LogMessage


class D(LogDestination):
    def send(self, msg):
        made = LogMessage("text")
        for key in ("n" * 255, "n" * 256, "", "with space", "$x", ".SDATA.", ".SDATA.a", ".SDATA.a.b", ".SDATA.a@1.b.c", "1", "255", "256", "DATE", "SOURCE", "_", "."):
            trace(key[:10], len(key), attempt(lambda: made.__setitem__(key, "value")), key.encode() in made.keys())
        trace(*(attempt(lambda: made.__setitem__(key, "x")) for key in (1, None, 1.5, ("a",), bytearray(b"a"))))
        trace(made["SDATA"], made["MESSAGE"])
        return True
