# SPDX-License-Identifier: GPL-2.0-or-later
from tracing import *
from syslogng import LogMessage


class D(LogDestination):
    def send(self, msg):
        made = LogMessage("text")
        for value in (0.1, 1 / 3, 1e-7, 1e300, 5e-324, 0.1 + 0.2, -0.0, float("inf"), float("-inf"), float("nan"), 123456789.123456789):
            made["v"] = value
            trace(repr(value), repr(made["v"]), made.get_as_str("v"))
        return True
