# SPDX-License-Identifier: GPL-2.0-or-later
from tracing import *
from syslogng import LogMessage


made = LogMessage("module")


class D(LogDestination):
    def __init__(self):
        self.made = LogMessage("__init__")

    def init(self, options):
        self.other = LogMessage("init")
        trace(made["MESSAGE"], self.made["MESSAGE"], self.other["MESSAGE"])
        return True

    def send(self, msg):
        made["seen"] = msg["MESSAGE"]
        trace(made["MESSAGE"], made["seen"], self.made["MESSAGE"], self.other["MESSAGE"])
        return True

    def deinit(self):
        trace(made["MESSAGE"], made["seen"])
