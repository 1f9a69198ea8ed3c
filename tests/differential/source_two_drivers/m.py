# SPDX-License-Identifier: GPL-2.0-or-later
from tracing import *


class S(LogSource):
    def init(self, options):
        self.name = options["name"]
        trace(self.name, self.persist_name)
        return True

    def run(self):
        self.post_message(LogMessage(self.name))

    def request_exit(self):
        trace("request_exit", self.name)
