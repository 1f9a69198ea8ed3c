# SPDX-License-Identifier: GPL-2.0-or-later
from tracing import *
from syslogng import LogMessage


class D(LogDestination):
    def send(self, msg):
        made = LogMessage("text")
        for value in (["'"], ['"'], ['\'"'], ["\\"], ["a\\nb"], ["a\nb", "\t"], ["\x01"], [b"\xff"], ["a\0b", "c"], ["n\u00e4e"]):
            made["v"] = value
            trace(repr(value), repr(made["v"]))
        return True
