# SPDX-License-Identifier: GPL-2.0-or-later
from tracing import *


class P(LogParser):
    def init(self, options):
        trace("init")
        return True
