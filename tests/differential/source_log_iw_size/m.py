# SPDX-License-Identifier: GPL-2.0-or-later
from tracing import *

import time


class S(LogSource):
    def run(self):
        for number in range(100):
            self.post_message(LogMessage(str(number)))
        trace("posted")

    def request_exit(self):
        pass


class D(LogDestination):
    def open(self):
        return os.path.exists("go")

    def send(self, msg):
        write("out.txt", text(msg))
        return True
