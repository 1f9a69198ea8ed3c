# SPDX-License-Identifier: GPL-2.0-or-later
from tracing import *

import os
import sys


class D(LogDestination):
    def init(self, options):
        trace(os.environ["GREETING"], sys.version_info[:2], os.getcwd() == os.path.dirname(os.path.abspath(__file__)))
        trace(sys.flags.isolated, sys.flags.no_site, sys.flags.utf8_mode, sys.getfilesystemencoding(), len(sys.argv))
        trace("_syslogng" in sys.modules, "__main__" in sys.modules, sys.getrecursionlimit())
        return True

    def send(self, msg):
        trace(threading.current_thread() is threading.main_thread())
        return True
