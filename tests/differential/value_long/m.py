# SPDX-License-Identifier: GPL-2.0-or-later
from tracing import *


class D(LogDestination):
    def send(self, msg):
        trace(len(msg["MESSAGE"]), msg["MESSAGE"][-3:])
        return True
