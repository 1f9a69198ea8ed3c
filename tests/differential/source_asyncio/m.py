# SPDX-License-Identifier: GPL-2.0-or-later
from tracing import *

import asyncio


class S(LogSource):
    def init(self, options):
        self.eventloop = asyncio.new_event_loop()
        return True

    def send(self, number):
        self.post_message(LogMessage("msg%d" % number))
        if number < 2:
            self.timer = self.eventloop.call_later(0.01, self.send, number + 1)

    def run(self):
        self.timer = self.eventloop.call_later(0.01, self.send, 1)
        self.eventloop.run_forever()
        trace("loop ends")

    def request_exit(self):
        self.timer.cancel()
        self.eventloop.call_soon_threadsafe(self.eventloop.stop)
