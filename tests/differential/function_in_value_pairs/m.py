# SPDX-License-Identifier: GPL-2.0-or-later
from tracing import *


def f(msg, *args):
    return b"f " + msg["MESSAGE"]


class D(LogDestination):
    def send(self, pairs):
        trace(sorted(pairs.items()))
        return True
