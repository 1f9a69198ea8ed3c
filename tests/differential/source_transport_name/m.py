# SPDX-License-Identifier: GPL-2.0-or-later
from tracing import *


class S(LogSource):
    def init(self, options):
        trace(self.set_transport_name("init"))
        return True

    def run(self):
        self.post_message(LogMessage("one"))
        self.set_transport_name("run")
        self.post_message(LogMessage("two"))
        self.set_transport_name("")
        self.post_message(LogMessage("three"))
        trace(attempt(lambda: self.set_transport_name(None)))
        trace(attempt(lambda: self.set_transport_name(1)))

    def request_exit(self):
        pass
