# SPDX-License-Identifier: GPL-2.0-or-later
from tracing import *

from syslogng import Logger


class D(LogDestination):
    def send(self, msg):
        logger = Logger()
        for level in "error warning info debug trace".split():
            getattr(logger, level)(f"100%s %n said at {level} é € 'x' \"y\"")
        trace(attempt(lambda: logger.info(1)), attempt(lambda: logger.info()), attempt(lambda: logger.info("a", "b")), attempt(lambda: logger.nothing("a")))
        return True
