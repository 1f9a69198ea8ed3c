# SPDX-License-Identifier: GPL-2.0-or-later
from tracing import *


kept = []


def f(msg):
    for old in kept:
        trace("kept", text(old))
    kept.append(msg)
    return text(msg).upper()
