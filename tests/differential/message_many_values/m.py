# SPDX-License-Identifier: GPL-2.0-or-later
from tracing import *
from syslogng import LogMessage


class D(LogDestination):
    def send(self, msg):
        made = LogMessage("text")
        for number in range(2000):
            made["value.%d" % number] = "x" * (number % 50)
        trace(all(made["value.%d" % number] == b"x" * (number % 50) for number in range(2000)))
        made["large"] = b"y" * 5000000
        trace(len(made["large"]), made["value.1999"] == b"x" * 49, made["MESSAGE"])
        return True
