# SPDX-License-Identifier: GPL-2.0-or-later
from tracing import *

import logging

logger = logging.getLogger("mine")


class D(LogDestination):
    def send(self, msg):
        for level in (logging.DEBUG, logging.INFO, logging.WARNING, logging.ERROR):
            logger.log(level, "said at %d", level)
        logging.getLogger().handlers.clear()
        return True
