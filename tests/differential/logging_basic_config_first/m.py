# SPDX-License-Identifier: GPL-2.0-or-later
import logging

logging.basicConfig(filename=__file__.replace("m.py", "out"), format="%(name)s %(levelname)s %(message)s")
logging.getLogger("mine").info("logged before")

from tracing import *

import syslogng


class D(LogDestination):
    def send(self, msg):
        logging.getLogger("mine").info("logged %s", text(msg))
        logging.getLogger("mine").warning("logged %s", text(msg))
        return True
