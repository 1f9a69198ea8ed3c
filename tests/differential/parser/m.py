# SPDX-License-Identifier: GPL-2.0-or-later
from tracing import *


class P(LogParser):
    def init(self, options):
        trace("init", options)
        return True

    def parse(self, msg):
        trace("parse", text(msg))
        msg["x"] = "x-" + text(msg)
        msg["MESSAGE"] = text(msg).upper()
        return text(msg) != "DROP"

    def deinit(self):
        trace("deinit")
