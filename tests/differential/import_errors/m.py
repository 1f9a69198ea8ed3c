# SPDX-License-Identifier: GPL-2.0-or-later
from tracing import *

import sys


class D(LogDestination):
    def init(self, options):
        for code in ("import no_such_module", "import no_such.module", "from os import nothing", "import syslogng.nothing", "from syslogng import nothing", "raise ImportError('text')"):
            try:
                exec(code)
            except ImportError as error:
                trace(type(error).__name__, error.name)
        sys.path.insert(0, "/nowhere")
        trace("no_such_module" in sys.modules)
        return True

    def send(self, msg):
        try:
            import no_such_module
        except ImportError as error:
            trace(error)
        return True
