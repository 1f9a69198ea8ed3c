# SPDX-License-Identifier: GPL-2.0-or-later
from tracing import *


class D(LogDestination):
    def send(self, msg):
        trace("send", text(msg), self.word)
        return True


def make():
    made = D()
    made.word = "made"
    return made
