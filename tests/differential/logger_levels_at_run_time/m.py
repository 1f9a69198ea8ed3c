# SPDX-License-Identifier: GPL-2.0-or-later
from tracing import *

from syslogng import Logger

logger = Logger()


class D(LogDestination):
    def send(self, msg):
        for level in "error warning info debug trace".split():
            getattr(logger, level)(f"said at {level} with {text(msg)}")
        return True
