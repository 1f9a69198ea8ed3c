# SPDX-License-Identifier: GPL-2.0-or-later
from tracing import *


def f(msg, *args):
    trace(type(msg).__name__, text(msg), args)
    return "<" + text(msg) + ">"
