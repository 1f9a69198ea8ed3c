# SPDX-License-Identifier: GPL-2.0-or-later
from tracing import *


class P(LogParser):
    def parse(self, msg):
        return text(msg) != "drop"
