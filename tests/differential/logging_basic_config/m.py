# SPDX-License-Identifier: GPL-2.0-or-later
from tracing import *

import logging

import syslogng

logger = logging.getLogger("mine")

logging.basicConfig(filename=__file__.replace("m.py", "out"), format="%(name)s %(levelname)s %(message)s", level=logging.INFO)


class D(LogDestination):
    def send(self, msg):
        logger.info("logged %s", text(msg))
        logging.warning("logged %s", text(msg))
        logger.debug("logged %s", text(msg))
        return True
