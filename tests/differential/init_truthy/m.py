# SPDX-License-Identifier: GPL-2.0-or-later
from tracing import *


class One(LogDestination):
    def init(self, options):
        return 1

    def send(self, msg):
        trace("send", type(self).__name__)
        return True


class Text(One):
    def init(self, options):
        return "yes"


class Listed(One):
    def init(self, options):
        return [0]
