# SPDX-License-Identifier: GPL-2.0-or-later
from tracing import *


class P(LogParser):
    def parse(self, msg):
        msg["x"] = b"a\0b"
        trace(msg["x"])
        return True
