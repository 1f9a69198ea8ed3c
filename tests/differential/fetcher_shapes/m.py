# SPDX-License-Identifier: GPL-2.0-or-later
from tracing import *


class F(LogFetcher):
    def init(self, options):
        success = self.FETCH_SUCCESS
        self.results = [
            None,
            [success, LogMessage("a list")],
            "text",
            (success, "text"),
            (success,),
            (success, LogMessage("x"), 1),
            (99, None),
            (-1, None),
            (),
            ("text", None),
        ]
        return True

    def open(self):
        trace("open")
        return True

    def fetch(self):
        if self.results:
            return self.results.pop(0)
        if not hasattr(self, "done"):
            self.done = True
            return (self.FETCH_SUCCESS, LogMessage("one"))
        return (self.FETCH_NO_DATA,)

    def close(self):
        trace("close")
