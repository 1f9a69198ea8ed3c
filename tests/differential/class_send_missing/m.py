# SPDX-License-Identifier: GPL-2.0-or-later
from tracing import *


class D:
    def init(self, options):
        trace("init")
        return True
