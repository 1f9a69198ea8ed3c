# SPDX-License-Identifier: GPL-2.0-or-later
from tracing import *


trace("imported")


class D(LogDestination):
    def __init__(self):
        trace("made")

    def send(self, msg):
        return True
