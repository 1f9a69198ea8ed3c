# SPDX-License-Identifier: GPL-2.0-or-later
from tracing import *


class P(LogParser):
    def init(self, options):
        trace(repr(options))
        options["own"] = 1
        self.options = options
        return True

    def parse(self, msg):
        trace(self.options)
        return True
