# SPDX-License-Identifier: GPL-2.0-or-later
from tracing import *


kept = []


class P(LogParser):
    def parse(self, msg):
        for old in kept:
            def write():
                old["x"] = "later"
                return "written"
            trace(text(old), attempt(lambda: old["x"]), attempt(write))
        msg["x"] = "set " + text(msg)
        kept.append(msg)
        return True
