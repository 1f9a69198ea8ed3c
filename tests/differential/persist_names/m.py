# SPDX-License-Identifier: GPL-2.0-or-later
from tracing import *


class Plain(LogDestination):
    def send(self, msg):
        return True


class Static(Plain):
    @staticmethod
    def generate_persist_name(options):
        return "static-" + options["o"]


class Bound(Plain):
    def generate_persist_name(self, options):
        return "bound-" + options["o"]
