# SPDX-License-Identifier: GPL-2.0-or-later
from tracing import *


class P(LogParser):
    def parse(self, msg):
        msg["a"] = "1"
        msg["HOST"] = "there"
        return True
