# SPDX-License-Identifier: GPL-2.0-or-later
from tracing import *


def delete(msg):
    del msg["MESSAGE"]


class D(LogDestination):
    def send(self, msg):
        trace(attempt(lambda: delete(msg)))
        return True
