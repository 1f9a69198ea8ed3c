# SPDX-License-Identifier: GPL-2.0-or-later
from tracing import *

from threading import Event


class S(LogSource):
    def init(self, options):
        self.freq = float(options["freq"])
        self.wait = Event()
        return True

    def run(self):
        number = 0
        while True:
            if number < 3:
                trace("post")
                self.post_message(LogMessage("hello world"))
            number += 1
            timeout = self.wait.wait(self.freq)
            if timeout:
                break

    def request_exit(self):
        self.wait.set()
