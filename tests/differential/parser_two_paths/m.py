# SPDX-License-Identifier: GPL-2.0-or-later
from tracing import *


class P(LogParser):
    number = 0

    def __init__(self):
        P.number += 1
        self.number = P.number
        trace("made", self.number)

    def init(self, options):
        self.seen = 0
        trace("init", self.number, options)
        return True

    def parse(self, msg):
        self.seen += 1
        msg["x"] = f"{self.number} {self.seen}"
        return True

    def deinit(self):
        trace("deinit", self.number, self.seen)
