# SPDX-License-Identifier: GPL-2.0-or-later
from tracing import *

import sys
import types


class D(LogDestination):
    def send(self, msg):
        trace("send", text(msg))
        return True


made = types.ModuleType("made")
made.D = D
sys.modules["made"] = made
