# SPDX-License-Identifier: GPL-2.0-or-later
from tracing import *
from syslogng import LogMessage


import enum


class Color(str, enum.Enum):
    red = "r"


class Level(enum.IntEnum):
    low = 1


class Text(str):
    pass


class Bytes(bytes):
    pass


class Float(float):
    pass


class List(list):
    pass


class Index:
    def __index__(self):
        return 7


class D(LogDestination):
    def send(self, msg):
        made = LogMessage("text")
        for value in (Color.red, Level.low, Text("t"), Bytes(b"b"), Float(1.5), List(["a"]), Index(), [Text("u")]):
            trace(type(value).__name__, attempt(lambda: made.__setitem__("v", value)), attempt(lambda: made["v"]))
        trace(attempt(lambda: made[Text("v")]), attempt(lambda: made[Bytes(b"v")]))
        return True
