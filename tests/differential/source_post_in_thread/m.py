# SPDX-License-Identifier: GPL-2.0-or-later
from tracing import *


class S(LogSource):
    def run(self):
        def other():
            trace(attempt(lambda: self.post_message(LogMessage("thread"))))

        thread = threading.Thread(target=other)
        thread.start()
        thread.join()
        self.post_message(LogMessage("one"))
        trace("DONE")

    def request_exit(self):
        pass
