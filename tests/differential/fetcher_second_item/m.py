# SPDX-License-Identifier: GPL-2.0-or-later
from tracing import *


class F(LogFetcher):
    def init(self, options):
        self.results = [
            (self.FETCH_NO_DATA, "nothing today"),
            (self.FETCH_TRY_AGAIN, LogMessage("not posted")),
            (self.FETCH_TRY_AGAIN, 1),
            (self.FETCH_SUCCESS, LogMessage("one")),
        ]
        return True

    def fetch(self):
        return self.results.pop(0) if self.results else (self.FETCH_NO_DATA, None)
