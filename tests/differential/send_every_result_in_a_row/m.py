# SPDX-License-Identifier: GPL-2.0-or-later
import os

from tracing import *

seen = {}


class D(LogDestination):
    """Each tenth message or so comes to something else than success, some more than once."""

    def open(self):
        return trace("open") or os.path.exists("go")

    def close(self):
        trace("close")

    def send(self, msg):
        name = text(msg)
        seen[name] = seen.get(name, 0) + 1
        trace("send", name, seen[name], int(self.seqnum))
        kind = name.split()[0]
        if kind == "ok":
            return True
        if kind == "queued":
            return self.QUEUED
        if kind == "drop":
            return self.DROP
        if kind == "always":
            return self.ERROR
        if kind == "raises" and seen[name] == 1:
            raise ValueError(name)
        if seen[name] == 1:
            return {"error": self.ERROR, "gone": self.NOT_CONNECTED, "retry": self.RETRY}.get(kind, True)
        return True
