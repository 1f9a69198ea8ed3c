# SPDX-License-Identifier: GPL-2.0-or-later
from tracing import *


class F(LogFetcher):
    def init(self, options):
        self.exit = threading.Event()
        return True

    def fetch(self):
        trace("fetch")
        self.exit.wait()
        trace("fetch ends")
        return (self.FETCH_NO_DATA,)

    def request_exit(self):
        trace("request_exit")
        self.exit.set()

    def close(self):
        trace("close")

    def deinit(self):
        trace("deinit")
