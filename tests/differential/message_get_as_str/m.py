# SPDX-License-Identifier: GPL-2.0-or-later
from tracing import *
from syslogng import LogMessage


from datetime import datetime


class D(LogDestination):
    def send(self, msg):
        made = LogMessage("n\u00e4e")
        for key, value in (("n", 5), ("f", 1.5), ("b", True), ("none", None), ("l", ["a", "b c"]), ("t", datetime(2023, 11, 14)), ("bad", b"\xff"), ("latin", b"n\xe4e")):
            made[key] = value
        trace(*(repr(made.get_as_str(key)) for key in ("MESSAGE", b"MESSAGE", "n", "f", "b", "none", "l", "LEVEL")))
        trace(repr(msg.get_as_str("MESSAGE")), msg.get_as_str("nothing"), msg.get_as_str("nothing", "d"), msg.get_as_str("nothing", default="e"), msg.get_as_str("nothing", None))
        trace(attempt(lambda: made.get_as_str("bad")), repr(made.get_as_str("bad", errors="replace")), repr(made.get_as_str("bad", errors="ignore")))
        trace(made.get_as_str("latin", encoding="latin-1"), made.get_as_str("latin", None, "latin-1", "strict", "internal"), made.get_as_str("latin", "d", encoding="latin-1", errors="strict", repr="internal"))
        trace(attempt(lambda: made.get_as_str("nothing", 5)), attempt(lambda: made.get_as_str("nothing", b"d")), attempt(lambda: made.get_as_str("n", 5)))
        trace(attempt(lambda: made.get_as_str("latin", encoding="nonsense")), attempt(lambda: made.get_as_str(1)), attempt(lambda: made.get_as_str()))
        return True
