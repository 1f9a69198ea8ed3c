# SPDX-License-Identifier: GPL-2.0-or-later
from tracing import *


class S(LogSource):
    def init(self, options):
        trace(self.auto_close_batches)
        self.auto_close_batches = False
        return True

    def run(self):
        self.post_message(LogMessage("one"))
        self.post_message(LogMessage("two"))
        trace(self.close_batch())
        self.post_message(LogMessage("three"))
        self.close_batch()

        def other():
            trace(attempt(self.close_batch))

        thread = threading.Thread(target=other)
        thread.start()
        thread.join()

    def request_exit(self):
        trace(attempt(self.close_batch))
