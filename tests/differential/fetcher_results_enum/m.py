# SPDX-License-Identifier: GPL-2.0-or-later
from tracing import *

from syslogng import LogFetcher as Base


class F(LogFetcher):
    def init(self, options):
        from _syslogng import LogFetcherResult

        trace([(member.name, member.value) for member in LogFetcherResult])
        trace(Base.NO_DATA is LogFetcherResult.NO_DATA, Base.ERROR, Base.TRY_AGAIN)
        return True

    def fetch(self):
        if not hasattr(self, "told"):
            trace("fetch")
        self.told = True
        return (self.NO_DATA,)
