# SPDX-License-Identifier: GPL-2.0-or-later
from tracing import *

import logging

import syslogng

logger = logging.getLogger("mine")


class D(LogDestination):
    def init(self, options):
        logger.warning("said in init: %s", "100% é")
        logging.warning("said by the root logger")
        return True

    def send(self, msg):
        for level in (5, logging.DEBUG, 15, logging.INFO, 25, logging.WARNING, logging.ERROR, logging.CRITICAL, 99):
            logger.log(level, "said at %d", level)
        child = logger.getChild("child")
        child.error("said by a child")
        child.propagate = False
        child.error("said to nobody")
        trace(logging.getLogger().level, logger.getEffectiveLevel(), [type(h).__name__ for h in logging.getLogger().handlers])
        return True
