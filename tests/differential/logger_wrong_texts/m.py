# SPDX-License-Identifier: GPL-2.0-or-later
from tracing import *

from syslogng import Logger

logger = Logger()


class D(LogDestination):
    def send(self, msg):
        for value in (b"said", 1, None, "said \udcff", ["said"], "", "x" * 5000, "said two\nlines"):
            trace(attempt(lambda: logger.info(value)))
        trace(attempt(lambda: logger.info("said \0 nul")))
        logger.info("said after")
        return True
