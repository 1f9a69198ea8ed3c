# SPDX-License-Identifier: GPL-2.0-or-later
from tracing import *


import datetime

VALUES = {"str": "text", "bytes": b"bytes", "int": -5, "true": True, "false": False, "none": None, "list": ["a", "b c"], "float": 1.5}


class P(LogParser):
    def parse(self, msg):
        for key, value in VALUES.items():
            def write():
                msg["v." + key] = value
                return msg["v." + key]
            trace(key, attempt(write))
        return True
