# SPDX-License-Identifier: GPL-2.0-or-later
from tracing import *
from syslogng import LogMessage


class D(LogDestination):
    def send(self, msg):
        made = LogMessage("text")
        made[".SDATA.first@1.a"] = "1"
        made[".SDATA.second@1.b"] = 'x"y]z\\'
        made[".SDATA.first@1.c"] = "3"
        trace(made["SDATA"], made[".SDATA.first@1.a"])
        for number in range(300):
            made[".SDATA.many@1.n%d" % number] = "x"
        trace(len(made["SDATA"]) > 200, made[".SDATA.many@1.n299"])
        return True
