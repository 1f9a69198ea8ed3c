# SPDX-License-Identifier: GPL-2.0-or-later
from tracing import *


class F:
    def fetch(self):
        pass
