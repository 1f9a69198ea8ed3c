# SPDX-License-Identifier: GPL-2.0-or-later
from tracing import *

import logging

import syslogng

logger = logging.getLogger("mine")


class D(LogDestination):
    def send(self, msg):
        logger.info("said 100%% é")
        try:
            raise ValueError("why")
        except ValueError:
            logger.exception("said with a traceback")
        syslogng.Logger().warning("said by a Logger")
        logger.critical("said last")
        return True


class Internal(LogDestination):
    def send(self, msg):
        if b"said" in msg["MESSAGE"]:
            trace(msg["LEVEL"], msg["PROGRAM"], repr(msg["MESSAGE"]))
            if b"last" in msg["MESSAGE"]:
                trace("last")
        return True
