# SPDX-License-Identifier: GPL-2.0-or-later
from tracing import *
from syslogng import LogMessage


class D(LogDestination):
    def send(self, msg):
        made = LogMessage("text")
        trace(attempt(lambda: made.get("MESSAGE")), attempt(lambda: made.get("nothing", 5)), attempt(lambda: made.get_as_str("MESSAGE")), attempt(lambda: made.get_pri()))
        trace(attempt(lambda: made.set_source_ipaddress("192.0.2.1")), made["SOURCEIP"], attempt(lambda: made.set_recvd_rawmsg_size(5)), attempt(lambda: type(made.get_timestamp()).__name__))
        return True
