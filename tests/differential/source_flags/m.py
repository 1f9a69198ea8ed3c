# SPDX-License-Identifier: GPL-2.0-or-later
from tracing import *


class S(LogSource):
    def init(self, options):
        for name in sorted(self.flags):
            trace(name, self.flags[name])
        return True

    def run(self):
        trace("run")

    def request_exit(self):
        pass
