# SPDX-License-Identifier: GPL-2.0-or-later
from tracing import *

import os

os.makedirs(os.path.join(os.path.dirname(__file__), "package"), exist_ok=True)


class D(LogDestination):
    def send(self, msg):
        return True
