# SPDX-License-Identifier: GPL-2.0-or-later
from tracing import *


import os


class P(LogParser):
    def init(self, options):
        if os.path.exists("refuse"):
            os.remove("refuse")
            trace("refused")
            return False
        trace("init")
        return True

    def parse(self, msg):
        msg["x"] = "set"
        return True

    def deinit(self):
        trace("deinit")
