# SPDX-License-Identifier: GPL-2.0-or-later
from tracing import *


def f(msg):
    def other(msg):
        return text(msg) + " new"
    globals()["f"] = other
    return text(msg) + " old"
