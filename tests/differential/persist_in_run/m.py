# SPDX-License-Identifier: GPL-2.0-or-later
from tracing import *


class S(LogSource):
    def init(self, options):
        self.persist = Persist(self.persist_name)
        return True

    def run(self):
        self.persist["key"] = "value"
        trace(self.persist["key"])

    def request_exit(self):
        self.persist["at"] = "request_exit"

    def deinit(self):
        trace(self.persist["at"] if "at" in self.persist else None)
