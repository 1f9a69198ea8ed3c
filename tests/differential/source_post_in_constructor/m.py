# SPDX-License-Identifier: GPL-2.0-or-later
from tracing import *


class S(LogSource):
    def __init__(self):
        trace(attempt(lambda: self.post_message(LogMessage("__init__"))))

    def run(self):
        self.post_message(LogMessage("one"))

    def request_exit(self):
        pass
