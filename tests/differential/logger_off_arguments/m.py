# SPDX-License-Identifier: GPL-2.0-or-later
from tracing import *

from syslogng import Logger

logger = Logger()


class D(LogDestination):
    def send(self, msg):
        trace(text(msg))
        for call in (
            lambda: logger.debug(),
            lambda: logger.debug("said %s", 1),
            lambda: logger.debug(1),
            lambda: logger.debug(message="said by name"),
            lambda: logger.trace(None, None),
            lambda: logger.info(message="said by name"),
        ):
            trace(attempt(call))
        return True
