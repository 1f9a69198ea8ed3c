# SPDX-License-Identifier: GPL-2.0-or-later
from tracing import *


class Pure:
    def __init__(self, word="default"):
        self.word = word

    def request_exit(self):
        trace("request_exit", self.word)


class S(Pure, LogSource):
    def __init__(self):
        Pure.__init__(self, "before")

    def run(self):
        self.post_message(LogMessage(self.word))


class T(LogSource, Pure):
    def __init__(self):
        Pure.__init__(self, "behind")

    def run(self):
        self.post_message(LogMessage(self.word))

    request_exit = Pure.request_exit
