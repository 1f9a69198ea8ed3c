# SPDX-License-Identifier: GPL-2.0-or-later
from tracing import *


class P(LogParser):
    def init(self, options):
        self.parse = self.other
        self.deinit = self.other_deinit
        return True

    def parse(self, msg):
        msg["x"] = "first"
        return True

    def other(self, msg):
        msg["x"] = "second"
        return True

    def other_deinit(self):
        trace("other deinit")
