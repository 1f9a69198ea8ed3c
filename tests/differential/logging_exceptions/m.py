# SPDX-License-Identifier: GPL-2.0-or-later
from tracing import *

import logging

import syslogng

logger = logging.getLogger("mine")


class D(LogDestination):
    def send(self, msg):
        try:
            {}["key"]
        except KeyError:
            logger.exception("said with a traceback")
            logger.warning("said with one too", exc_info=True)
        logger.warning("said without", exc_info=False)
        logger.warning("said with the stack", stack_info=True)
        return True
