# SPDX-License-Identifier: GPL-2.0-or-later
from tracing import *


import threading, time, os


class P(LogParser):
    def parse(self, msg):
        def during():
            msg["x"] = "thread"
        thread = threading.Thread(target=during)
        thread.start()
        thread.join()
        def after():
            while not os.path.exists("go"):
                time.sleep(0.01)
            def write():
                msg["x"] = "later"
                return "written"
            trace("later", attempt(write))
        self.thread = threading.Thread(target=after, daemon=True)
        self.thread.start()
        return True
