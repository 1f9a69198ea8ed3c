# SPDX-License-Identifier: GPL-2.0-or-later
from tracing import *


class P(LogParser):
    count = 0

    def init(self, options):
        P.count += 1
        self.number = P.count
        trace("init", self.number)
        return True

    def parse(self, msg):
        msg["x"] = str(self.number)
        return True

    def deinit(self):
        trace("deinit", self.number)
