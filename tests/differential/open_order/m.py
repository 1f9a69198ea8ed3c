# SPDX-License-Identifier: GPL-2.0-or-later
from tracing import *


class D(LogDestination):
    opened = False

    def __init__(self):
        trace("__init__")

    def init(self, options):
        trace("init")
        return True

    def open(self):
        trace("open")
        self.opened = True
        return True

    def is_opened(self):
        trace("is_opened", self.opened)
        return self.opened

    def send(self, msg):
        trace("send", text(msg))
        return True

    def close(self):
        trace("close")

    def deinit(self):
        trace("deinit")
