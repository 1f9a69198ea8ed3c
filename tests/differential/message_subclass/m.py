# SPDX-License-Identifier: GPL-2.0-or-later
from tracing import *
from syslogng import LogMessage


class Plain(LogMessage):
    pass


class Prefixed(LogMessage):
    def __init__(self, text, number):
        super().__init__("prefix " + text)
        self.number = number
        self["n"] = number

    def shout(self):
        return self["MESSAGE"].upper()


class D(LogDestination):
    def send(self, msg):
        plain, made = Plain("plain"), Prefixed("text", 5)
        trace(plain["MESSAGE"], made["MESSAGE"], made["n"], made.number, made.shout(), isinstance(made, LogMessage))
        plain.attribute = 1
        trace(plain.attribute, attempt(lambda: setattr(msg, "attribute", 1)), attempt(lambda: setattr(LogMessage(), "attribute", 1)))
        return True
