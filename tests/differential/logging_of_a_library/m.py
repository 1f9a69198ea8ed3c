# SPDX-License-Identifier: GPL-2.0-or-later
from tracing import *

import logging

handler = logging.FileHandler(__file__.replace("m.py", "out"))
logging.getLogger("mine").addHandler(handler)


class D(LogDestination):
    def send(self, msg):
        logging.getLogger("mine").warning("logged %s", text(msg))
        return True
