# SPDX-License-Identifier: GPL-2.0-or-later
from tracing import *


class S(LogSource):
    def init(self, options):
        trace("init", sorted(options.items()))
        options["a_b"] = "changed"
        return True

    def run(self):
        trace("run")

    def request_exit(self):
        pass
