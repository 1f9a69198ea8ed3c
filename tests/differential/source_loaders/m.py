# SPDX-License-Identifier: GPL-2.0-or-later
from tracing import *


class S(LogSource):
    def run(self):
        trace("run")

    def request_exit(self):
        pass
