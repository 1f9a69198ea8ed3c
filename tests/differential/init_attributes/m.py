# SPDX-License-Identifier: GPL-2.0-or-later
from tracing import *


class D(LogDestination):
    def init(self, options):
        self.word = "word"
        trace("init", self.persist_name, *map(int, (self.DROP, self.ERROR, self.SUCCESS, self.QUEUED, self.NOT_CONNECTED, self.RETRY, self.MAX)))
        return True

    def send(self, msg):
        trace("send", self.word, self.persist_name, int(D.SUCCESS), isinstance(self.SUCCESS, int))
        return self.SUCCESS
