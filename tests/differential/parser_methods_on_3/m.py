# SPDX-License-Identifier: GPL-2.0-or-later
from tracing import *


import datetime


class P(LogParser):
    def parse(self, msg):
        msg.set_pri(165)
        msg.set_timestamp(datetime.datetime(2020, 1, 2, 3, 4, 5, 678000))
        trace(msg["FACILITY"], msg["PRI"])
        return True
