# SPDX-License-Identifier: GPL-2.0-or-later
from tracing import *
from syslogng import LogMessage


import enum


class Number(enum.IntEnum):
    one = 1


class D(LogDestination):
    def send(self, msg):
        made = LogMessage("text")
        for value in (5, -5, 0, 2**63 - 1, -(2**63), True, False, None, 1.5, -0.25, 100.0, ["a", b"b"], [], ["a,b", "c d", ""], "text", b"bytes"):
            made["v"] = value
            trace(repr(value), repr(made["v"]), type(made["v"]).__name__)
        return True
