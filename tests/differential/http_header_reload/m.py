# SPDX-License-Identifier: GPL-2.0-or-later
"""Counts its objects."""

import gc
import weakref

from tracing import trace

made = []


class H:
    def __init__(self, options):
        made.append(weakref.ref(self))
        self.number = len(made)

    def get_headers(self, body, headers):
        gc.collect()
        trace("get", body, self.number)
        trace("living", sum(ref() is not None for ref in made))
        return []
