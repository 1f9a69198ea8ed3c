# SPDX-License-Identifier: GPL-2.0-or-later
from tracing import *
from syslogng import LogMessage


class Quiet(LogMessage):
    def __init__(self, text):
        self.text = text


class D(LogDestination):
    def send(self, msg):
        made = Quiet("text")
        trace(attempt(lambda: made["MESSAGE"]), made.text)
        made["MESSAGE"] = "later"
        trace(made["MESSAGE"])
        return True
