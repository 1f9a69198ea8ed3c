# SPDX-License-Identifier: GPL-2.0-or-later
from tracing import *

from syslogng import LogMessage


class D(LogDestination):
    def send(self, msg):
        made = LogMessage("text")
        trace(attempt(lambda: made.set_recvd_rawmsg_size(123)), attempt(lambda: made.set_recvd_rawmsg_size(rawmsg_size=5)))
        trace(made.get_as_str("RAWMSG_SIZE"))
        trace(*(attempt(lambda: made.set_recvd_rawmsg_size(value)) for value in ("1", None, 1.5)))
        return True
