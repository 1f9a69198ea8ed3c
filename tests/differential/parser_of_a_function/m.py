# SPDX-License-Identifier: GPL-2.0-or-later
from tracing import *


class Parser(LogParser):
    def __init__(self, word):
        self.word = word

    def parse(self, msg):
        msg["x"] = self.word
        return True


def P():
    return Parser("made")
