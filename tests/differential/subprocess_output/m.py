# SPDX-License-Identifier: GPL-2.0-or-later
from tracing import *

import subprocess


class D(LogDestination):
    def send(self, msg):
        trace(subprocess.Popen(["echo", text(msg)], stdout=subprocess.PIPE).communicate()[0])
        return True
