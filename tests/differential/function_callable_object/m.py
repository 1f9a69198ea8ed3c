# SPDX-License-Identifier: GPL-2.0-or-later
from tracing import *


class F:
    def __call__(self, msg, *args):
        return b"called " + b" ".join(args)


f = F()


class C:
    def __init__(self, msg, *args):
        self.text = text(msg)

    def __str__(self):
        return "str"


upper = len
