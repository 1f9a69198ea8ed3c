# SPDX-License-Identifier: GPL-2.0-or-later
from tracing import *


class S(LogSource):
    def init(self, options):
        trace(hasattr(LogSource(), "persist_name"))
        trace(attempt(lambda: setattr(self, "persist_name", "x")))
        return True

    def run(self):
        trace(self.persist_name)
        trace("run")

    def request_exit(self):
        pass
