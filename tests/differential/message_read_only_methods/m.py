# SPDX-License-Identifier: GPL-2.0-or-later
from tracing import *
from syslogng import LogMessage


class D(LogDestination):
    def send(self, msg):
        trace(attempt(lambda: msg.set_source_ipaddress("192.0.2.1")), attempt(lambda: msg.set_recvd_rawmsg_size(5)))
        trace(msg["SOURCEIP"] == b"192.0.2.1")
        return True
