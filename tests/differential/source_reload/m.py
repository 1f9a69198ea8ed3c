# SPDX-License-Identifier: GPL-2.0-or-later
from tracing import *

number = 0


class S(LogSource):
    def __init__(self):
        global number
        number += 1
        self.number = number
        self.exit = threading.Event()

    def init(self, options):
        trace("init", self.number)
        return True

    def run(self):
        trace("run", self.number)
        self.post_message(LogMessage("one %d" % self.number))
        self.post_message(LogMessage("two %d" % self.number))
        self.exit.wait()
        trace("run ends", self.number)

    def request_exit(self):
        trace("request_exit", self.number)
        self.exit.set()

    def deinit(self):
        trace("deinit", self.number)
