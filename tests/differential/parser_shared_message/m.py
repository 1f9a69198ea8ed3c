# SPDX-License-Identifier: GPL-2.0-or-later
from tracing import *


class P(LogParser):
    def parse(self, msg):
        trace(attempt(lambda: msg["x"]))
        msg["x"] = "set"
        msg["MESSAGE"] = "changed"
        return True
