# SPDX-License-Identifier: GPL-2.0-or-later
from tracing import *


class F(LogFetcher):
    def init(self, options):
        trace("init")
        raise ValueError("text")

    def fetch(self):
        trace("fetch")

    def deinit(self):
        trace("deinit")
