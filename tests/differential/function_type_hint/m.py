# SPDX-License-Identifier: GPL-2.0-or-later
from tracing import *


def f(msg, *args):
    return args[0]


def g(msg):
    return 5
