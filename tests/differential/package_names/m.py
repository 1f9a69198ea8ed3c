# SPDX-License-Identifier: GPL-2.0-or-later
from tracing import *

import syslogng


class D(LogDestination):
    def send(self, msg):
        trace(*(hasattr(syslogng, name) for name in "LogDestination LogMessage Logger".split()))
        trace(isinstance(msg, syslogng.LogMessage), issubclass(D, syslogng.LogDestination))
        trace(self.init({}), self.open(), self.is_opened(), self.close(), self.deinit())
        return True
