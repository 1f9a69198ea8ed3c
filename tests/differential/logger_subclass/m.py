# SPDX-License-Identifier: GPL-2.0-or-later
from tracing import *

from syslogng import Logger


class Prefixed(Logger):
    def __init__(self, prefix):
        self.prefix = prefix

    def info(self, text):
        super().info(f"{self.prefix}: {text}")


class D(LogDestination):
    def send(self, msg):
        Prefixed("said").info("by a derived class")
        Prefixed("x").warning("said by the inherited method")
        return True
