# SPDX-License-Identifier: GPL-2.0-or-later
from tracing import *


class S(LogSource):
    def init(self, options):
        self.auto_close_batches = False
        return True

    def run(self):
        self.post_message(LogMessage("one"))

    def request_exit(self):
        pass
