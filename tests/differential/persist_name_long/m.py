# SPDX-License-Identifier: GPL-2.0-or-later
from tracing import *


class D(LogDestination):
    @staticmethod
    def generate_persist_name(options):
        return "x" * 900

    def init(self, options):
        trace(len(self.persist_name))
        return True

    def send(self, msg):
        return True
