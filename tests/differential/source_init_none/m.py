# SPDX-License-Identifier: GPL-2.0-or-later
from tracing import *


class S(LogSource):
    def init(self, options):
        trace("init")
        return None

    def run(self):
        trace("run")

    def request_exit(self):
        trace("request_exit")

    def deinit(self):
        trace("deinit")
