# SPDX-License-Identifier: GPL-2.0-or-later
from tracing import *


class P(LogParser):
    def parse(self, msg):
        for key in ["j.a", "j.b", "j.c", "j.d", "j.e", "j.f", "j.missing", "SEQNUM", "MESSAGE", b"j.a"]:
            trace(key, attempt(lambda: msg[key]))
        trace(b"j.a" in msg.keys(), type(msg).__name__)
        return True
