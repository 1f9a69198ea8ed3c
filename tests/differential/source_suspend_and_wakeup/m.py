# SPDX-License-Identifier: GPL-2.0-or-later
from tracing import *


class S(LogSource):
    def init(self, options):
        self.open = threading.Event()
        self.open.set()
        self.told = False
        return True

    def run(self):
        for number in range(10):
            self.post_message(LogMessage(str(number)))
        self.open.wait()
        for number in range(5):
            self.open.wait()
            self.post_message(LogMessage(str(number)))
        trace("run ends")

    def suspend(self):
        if not self.told:
            trace("suspend")
        self.told = True
        self.open.clear()

    def wakeup(self):
        self.open.set()

    def request_exit(self):
        self.open.set()


class D(LogDestination):
    def open(self):
        return os.path.exists("go")

    def send(self, msg):
        write("out.txt", text(msg))
        return True
