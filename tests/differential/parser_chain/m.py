# SPDX-License-Identifier: GPL-2.0-or-later
from tracing import *


class P(LogParser):
    def init(self, options):
        self.name = options["name"]
        return True

    def parse(self, msg):
        old = msg["x"] if b"x" in msg.keys() else b""
        msg["x"] = old + self.name.encode()
        return True
