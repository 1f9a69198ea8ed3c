# SPDX-License-Identifier: GPL-2.0-or-later
from tracing import *


class P(LogParser):
    def parse(self, msg):
        msg["x"] = "set"
        if text(msg) == "bad":
            raise ValueError("no good")
        return True
