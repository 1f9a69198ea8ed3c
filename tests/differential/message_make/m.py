# SPDX-License-Identifier: GPL-2.0-or-later
from tracing import *
from syslogng import LogMessage


class D(LogDestination):
    def send(self, msg):
        for arguments in ((), ("text",), (b"bytes",), ("n\u00e4e",), (b"\xff\xfe",), ("a\0b",), (None,), ("",), ("text", "bookmark")):
            made = LogMessage(*arguments)
            trace(arguments, attempt(lambda: made["MESSAGE"]), made["LEVEL"], made["FACILITY"], made["HOST"] if "HOST" in made.keys() else None)
        trace(LogMessage(message="named", bookmark=None)["MESSAGE"], LogMessage(bookmark=1)["LEVEL"])
        return True
