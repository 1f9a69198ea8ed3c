# SPDX-License-Identifier: GPL-2.0-or-later
from tracing import *


import datetime


class P(LogParser):
    def parse(self, msg):
        msg.set_pri(165)
        msg.set_timestamp(datetime.datetime(2020, 1, 2, 3, 4, 5, 678000))
        trace(msg.set_source_ipaddress("192.0.2.7", 5))
        trace(msg.get_pri(), msg.get_timestamp(), msg["FACILITY"], msg["SOURCEIP"])
        return True
