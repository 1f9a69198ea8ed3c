# SPDX-License-Identifier: GPL-2.0-or-later
from tracing import *


class D(LogDestination):
    def send(self, msg):
        trace("%(MESSAGE)s at %(LEVEL)s" % msg)
        trace(attempt(lambda: "%(nothing)s" % msg), attempt(lambda: b"%(MESSAGE)s" % msg))
        trace(attempt(lambda: "{0[MESSAGE]}".format(msg)), attempt(lambda: "{MESSAGE}".format_map(msg)))
        return True
