# SPDX-License-Identifier: GPL-2.0-or-later
from tracing import *


class F(LogFetcher):
    def init(self, options):
        for name in ("ERROR", "NOT_CONNECTED", "SUCCESS", "TRY_AGAIN", "NO_DATA"):
            trace(name, int(getattr(self, "FETCH_" + name)), int(getattr(LogFetcher, "FETCH_" + name)))
        return True

    def fetch(self):
        if not hasattr(self, "told"):
            trace("fetch")
        self.told = True
        return (self.FETCH_NO_DATA,)
