# SPDX-License-Identifier: GPL-2.0-or-later
from tracing import *


class F(LogFetcher):
    number = 0

    def init(self, options):
        trace(sorted(options.items()))
        return True

    def fetch(self):
        self.number += 1
        if self.number > 3:
            return (self.FETCH_NO_DATA, None)
        return (self.FETCH_SUCCESS, LogMessage(str(self.number)))
