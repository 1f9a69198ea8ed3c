# SPDX-License-Identifier: GPL-2.0-or-later
from tracing import *


VALUES = ["text", b"bytes", 5, 1.5, True, None, ["a", "b"]]


def f(msg):
    return VALUES[int(text(msg))]
