# SPDX-License-Identifier: GPL-2.0-or-later
from tracing import *

from syslogng import LogMessage


class D(LogDestination):
    def send(self, msg):
        made = LogMessage("text")
        values = {key: made[key] for key in made.keys()}
        trace(len(values) == len(made.keys()), values[b"MESSAGE"], values[b"LEVEL"], values[b"S_STAMP"] == made["S_STAMP"] != b"")
        return True
