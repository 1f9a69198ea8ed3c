# SPDX-License-Identifier: GPL-2.0-or-later
from tracing import *


class D(LogDestination):
    @staticmethod
    def generate_persist_name(options):
        return None

    def init(self, options):
        trace("init", self.persist_name)
        return True

    def send(self, msg):
        return True
