# SPDX-License-Identifier: GPL-2.0-or-later
from tracing import *


class NoTruth:
    def __bool__(self):
        raise ValueError("no truth")


class P(LogParser):
    def parse(self, msg):
        return NoTruth() if text(msg) == "bad" else True
