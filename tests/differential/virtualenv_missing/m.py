# SPDX-License-Identifier: GPL-2.0-or-later
from tracing import *

import sys

trace(sys.prefix, sys.prefix == sys.base_prefix)


class D(LogDestination):
    def send(self, msg):
        return True
