# SPDX-License-Identifier: GPL-2.0-or-later
from tracing import *


print("printed by the module")


class D(LogDestination):
    def init(self, options):
        print("printed by init()")
        return True

    def send(self, msg):
        print("printed by send()", text(msg))
        return True
