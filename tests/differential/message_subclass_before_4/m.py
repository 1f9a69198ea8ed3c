# SPDX-License-Identifier: GPL-2.0-or-later
from tracing import *
from syslogng import LogMessage


class Plain(LogMessage):
    pass


class Quiet(LogMessage):
    def __init__(self, text):
        self.text = text


class Calling(LogMessage):
    def __init__(self, text):
        super().__init__()


class D(LogDestination):
    def send(self, msg):
        trace(Plain("plain")["MESSAGE"], Quiet("quiet")["MESSAGE"], Quiet("quiet").text, Calling("calling")["MESSAGE"], Plain()["MESSAGE"])
        return True
