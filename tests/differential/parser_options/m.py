# SPDX-License-Identifier: GPL-2.0-or-later
from tracing import *


class P(LogParser):
    def init(self, options):
        for key in sorted(options):
            trace(key, repr(options[key]))
        return True

    def parse(self, msg):
        return True
