# SPDX-License-Identifier: GPL-2.0-or-later
from tracing import *
from syslogng import LogMessage


def delete(message, key):
    del message[key]


class D(LogDestination):
    def send(self, msg):
        made = LogMessage("text")
        made["a"] = "x"
        trace(attempt(lambda: delete(made, "a")), attempt(lambda: made["a"]), b"a" in made.keys())
        made["a"] = "again"
        trace(made["a"], attempt(lambda: delete(made, b"MESSAGE")), attempt(lambda: made["MESSAGE"]))
        trace(attempt(lambda: delete(made, "nothing")), attempt(lambda: delete(made, "DATE")), attempt(lambda: delete(made, 1)))
        return True
