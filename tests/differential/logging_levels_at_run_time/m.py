# SPDX-License-Identifier: GPL-2.0-or-later
from tracing import *

import logging

import syslogng

logger = logging.getLogger("mine")


class Text:
    def __str__(self):
        trace("formatted")
        return "text"


class D(LogDestination):
    def send(self, msg):
        trace(text(msg))
        for level in (5, logging.DEBUG, logging.INFO):
            logger.log(level, "said at %d with %s: %s", level, text(msg), Text() if level != logging.INFO else "")
        return True
