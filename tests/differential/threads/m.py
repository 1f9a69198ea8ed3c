# SPDX-License-Identifier: GPL-2.0-or-later
from tracing import *

import queue


class D(LogDestination):
    def init(self, options):
        self.queue = queue.Queue()
        self.thread = threading.Thread(target=self.work)
        self.thread.start()
        return True

    def work(self):
        trace("thread begins")
        while (item := self.queue.get()) is not None:
            trace("thread", item["MESSAGE"])
        trace("thread ends")

    def send(self, msg):
        trace("send")
        self.queue.put(msg)
        return True

    def deinit(self):
        self.queue.put(None)
        self.thread.join()
        trace("deinit")
