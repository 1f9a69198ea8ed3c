# SPDX-License-Identifier: GPL-2.0-or-later
from tracing import *


shared = []


class A(LogDestination):
    def send(self, msg):
        shared.append(text(msg))
        trace("A", text(msg))
        return True

    def deinit(self):
        trace("shared", *sorted(shared))


class B(LogDestination):
    def send(self, msg):
        shared.append(text(msg))
        trace("B", text(msg))
        return True
