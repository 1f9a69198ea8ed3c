# SPDX-License-Identifier: GPL-2.0-or-later
from tracing import *


def f(msg):
    for key in ["kv.a", "missing", "SEQNUM", "FACILITY"]:
        trace(key, attempt(lambda: msg[key]))
    return "text"
