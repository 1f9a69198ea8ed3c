# SPDX-License-Identifier: GPL-2.0-or-later
from tracing import *


class D(LogDestination):
    def __init__(self, what):
        trace("__init__", what)

    def send(self, msg):
        return True
