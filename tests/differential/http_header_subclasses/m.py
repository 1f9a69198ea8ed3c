# SPDX-License-Identifier: GPL-2.0-or-later
"""Headers of types of their own."""

import enum


class Text(str):
    pass


class Bytes(bytes):
    pass


class Name(str, enum.Enum):
    X = "X-Test: enum"


HEADERS = [[Text("X-Test: text")], [Bytes(b"X-Test: bytes")], [Name.X]]


class H:
    def __init__(self, options):
        pass

    def get_headers(self, body, headers):
        return HEADERS.pop(0) if HEADERS else []
