# SPDX-License-Identifier: GPL-2.0-or-later
from tracing import *


class D(LogDestination):
    def send(self, msg):
        trace(*(attempt(lambda: msg[key]) for key in (1, None, 1.5, ("MESSAGE",), bytearray(b"MESSAGE"))))
        return True
