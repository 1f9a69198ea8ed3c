# SPDX-License-Identifier: GPL-2.0-or-later
from tracing import *


class D(LogDestination):
    def send(self, msg):
        thread = threading.Thread(target=lambda: trace(msg["MESSAGE"], msg["LEVEL"], attempt(lambda: msg["no"])))
        thread.start()
        thread.join()
        return True
