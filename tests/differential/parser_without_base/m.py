# SPDX-License-Identifier: GPL-2.0-or-later
from tracing import *


class P:
    def parse(self, msg):
        msg["x"] = "x"
        return True
