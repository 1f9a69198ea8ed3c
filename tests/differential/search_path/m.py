# SPDX-License-Identifier: GPL-2.0-or-later
from tracing import *

import sys

# What comes before Python's own folders, and those: which there are depends on what is installed.
own = next(at for at, folder in enumerate(sys.path) if folder.endswith(".zip"))
trace(*sys.path[:own])
trace(*sys.path[own:])
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
