# SPDX-License-Identifier: GPL-2.0-or-later
from tracing import *

import logging

import syslogng

logger = logging.getLogger("mine")


class Handler(logging.Handler):
    def emit(self, record):
        trace(record.name, record.levelname, record.getMessage())


logging.getLogger().addHandler(Handler())


class D(LogDestination):
    def send(self, msg):
        for level in (5, logging.DEBUG, logging.INFO, logging.WARNING):
            logger.log(level, "logged %s", text(msg))
        logging.getLogger("mine.too").error("logged")
        return True
