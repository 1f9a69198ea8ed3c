# SPDX-License-Identifier: GPL-2.0-or-later
"""A function in place of a class."""


class Base:
    def get_headers(self, body, headers):
        return ["X-Test: base"]


class Derived(Base):
    def __init__(self, options):
        self.get_headers = super().get_headers


def make(options):
    return Derived(options)
