# SPDX-License-Identifier: GPL-2.0-or-later
from tracing import *


class P(LogParser):
    def parse(self, msg):
        key, sep, value = text(msg).partition("=")
        if not sep:
            return False
        msg["kv." + key] = value
        return True


class Q(LogParser):
    def parse(self, msg):
        msg["kv.other"] = text(msg)
        return True
