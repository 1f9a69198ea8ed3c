# SPDX-License-Identifier: GPL-2.0-or-later
from tracing import *

import sys

trace(*sys.path[:-5])
trace(*sys.path[-5:])
trace(sys.prefix == sys.base_prefix, sys.prefix, sys.flags.ignore_environment, sys.argv)
trace("no_user_site", sys.flags.no_user_site)
try:
    import elsewhere
    trace(elsewhere.__file__)
except ImportError as error:
    trace(error, error.name)


class D(LogDestination):
    def send(self, msg):
        return True
