# SPDX-License-Identifier: GPL-2.0-or-later
from tracing import *


made = 0


class D(LogDestination):
    def __init__(self):
        global made
        made += 1
        self.number = made
        trace("__init__", self.number)

    def init(self, options):
        trace("init", self.number)
        return True

    def open(self):
        trace("open", self.number)
        return True

    def send(self, msg):
        trace("send", self.number, text(msg))
        return True

    def close(self):
        trace("close", self.number)

    def deinit(self):
        trace("deinit", self.number)
