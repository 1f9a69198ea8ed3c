# SPDX-License-Identifier: GPL-2.0-or-later
from tracing import *

import importlib


class D(LogDestination):
    def send(self, msg):
        import syslogng.dest, syslogng.logger, syslogng.message, syslogng.persist, syslogng.source, syslogng.template

        trace(syslogng.dest.LogDestination is syslogng.LogDestination, syslogng.dest.LogDestinationResult.SUCCESS.name)
        trace(syslogng.logger.FAKE_LOGGER, syslogng.logger.Logger is syslogng.Logger)
        trace(issubclass(syslogng.logger.SyslogNGInternalLogHandler, __import__("logging").Handler))
        trace(callable(syslogng.logger.setup_logging))
        trace(syslogng.template.LTZ_LOCAL, syslogng.template.LTZ_SEND)
        trace([c.__name__ for c in syslogng.source.LogSource.__mro__][0], syslogng.source.LogFetcher.FETCH_NO_DATA.name)
        trace(attempt(lambda: importlib.import_module("syslogng.nothing")))
        import syslogng.debuggercli

        trace(syslogng.debuggercli.__name__)
        return True
