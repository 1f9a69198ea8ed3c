# SPDX-License-Identifier: GPL-2.0-or-later
from tracing import *


class F(LogFetcher):
    def open(self):
        trace("open")
        return False

    def fetch(self):
        trace("fetch")

    def close(self):
        trace("close")

    def deinit(self):
        trace("deinit")
