# SPDX-License-Identifier: GPL-2.0-or-later
from tracing import *


def f(msg):
    return "f " + text(msg)


def g(msg):
    return "yes" if msg["x"] == b"f one" else "no"
