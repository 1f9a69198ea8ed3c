# SPDX-License-Identifier: GPL-2.0-or-later
from tracing import *
from syslogng import LogMessage


class D(LogDestination):
    def send(self, msg):
        made = LogMessage("text")
        trace(made["SOURCEIP"])
        for ip in ("192.0.2.1", "2001:db8::1", b"192.0.2.2", "", "nonsense", "localhost", None, "300.1.1.1", "::ffff:192.0.2.3"):
            trace(ip, attempt(lambda: made.set_source_ipaddress(ip)), made["SOURCEIP"])
        trace(made.set_source_ipaddress("192.0.2.9", 514), made["SOURCEIP"], made.set_source_ipaddress(ip="192.0.2.8", port=0), made["SOURCEIP"])
        trace(*(attempt(lambda: made.set_source_ipaddress(value)) for value in (1, 1.5, [])), attempt(lambda: made.set_source_ipaddress("192.0.2.1", "x")))
        return True
