# SPDX-License-Identifier: GPL-2.0-or-later
from tracing import *


class F(LogFetcher):
    done = False

    def fetch(self):
        if self.done:
            return (self.FETCH_NO_DATA,)
        self.done = True
        raw = "<165>1 2003-10-11T22:14:15.003Z mymachine evntslog 111 ID47 - text"
        return (self.FETCH_SUCCESS, LogMessage.parse(raw, self.parse_options))
