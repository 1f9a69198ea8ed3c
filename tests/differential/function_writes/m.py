# SPDX-License-Identifier: GPL-2.0-or-later
from tracing import *


def f(msg):
    def write():
        msg["x"] = "set"
        return "written"
    return attempt(write)
