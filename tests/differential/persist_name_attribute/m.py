# SPDX-License-Identifier: GPL-2.0-or-later
from tracing import *


class A(LogDestination):
    def init(self, options):
        trace(type(self).__name__, self.persist_name)
        return True

    def send(self, msg):
        return True


class B(A):
    pass


class C(A):
    @staticmethod
    def generate_persist_name(options):
        return "generated-" + options["o"]
