# SPDX-License-Identifier: GPL-2.0-or-later
from tracing import *

import logging

import syslogng

logger = logging.getLogger("mine")


class Broken:
    def __str__(self):
        raise RuntimeError("no text")


class D(LogDestination):
    def send(self, msg):
        trace(attempt(lambda: logger.warning("said %d", "x")))
        trace(attempt(lambda: logger.warning("said %s", Broken())))
        trace(attempt(lambda: logger.warning("said %s %s", 1)))
        trace(attempt(lambda: logger.warning("said \udcff")))
        trace(attempt(lambda: logger.debug("said %d", "x")))
        return True
