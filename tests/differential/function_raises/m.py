# SPDX-License-Identifier: GPL-2.0-or-later
from tracing import *


def f(msg):
    raise ValueError("no good")
