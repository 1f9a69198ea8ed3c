# SPDX-License-Identifier: GPL-2.0-or-later
"""What has arrived, by the numbers that messages have."""

import re
from pathlib import Path
from typing import Dict, List, Set

LINE = re.compile(rb"^([a-z0-9-]+) (\d+)((?: [a-z])*)$")


class Numbers:
    """The numbers of one source at one place."""

    def __init__(self) -> None:
        self.next = 0
        self.missing: Set[int] = set()
        self.late = 0
        """So many came after a newer one."""
        self.again = 0
        """So many came more than once."""

    def add(self, number: int) -> None:
        """One has arrived."""
        if number >= self.next:
            self.missing.update(range(self.next, number))
            self.next = number + 1
        elif number in self.missing:
            self.missing.discard(number)
            self.late += 1
        else:
            self.again += 1

    def lost(self, total: int) -> int:
        """How many of so many are not there."""
        return sum(number < total for number in self.missing) + max(total - self.next, 0)


class Arrived:
    """The messages in a file, or that somebody adds; each has these letters behind it."""

    def __init__(self, letters: str, path: "Path | None" = None) -> None:
        self.path = path
        self.letters = "".join(" " + letter for letter in letters).encode()
        self.read_to = 0
        self.sources: Dict[str, Numbers] = {}
        self.wrong: List[bytes] = []

    def update(self) -> None:
        """Reads what has come."""
        if self.path is None or not self.path.exists():
            return
        with open(self.path, "rb") as file:
            file.seek(self.read_to)
            text = file.read()
        end = text.rfind(b"\n") + 1
        self.read_to += end
        for line in text[:end].splitlines():
            self.add(line)

    def add(self, line: bytes) -> None:
        """One line more. Empty ones are where a class was made."""
        if not line:
            return
        found = LINE.match(line)
        if not found or found[3] != self.letters:
            self.wrong.append(line)
            return
        self.sources.setdefault(found[1].decode(), Numbers()).add(int(found[2]))

    def next(self, source: str) -> int:
        """The number behind the newest."""
        return self.sources[source].next if source in self.sources else 0

    def lost(self, totals: Dict[str, int]) -> int:
        """How many are not there, of so many of each source."""
        return sum(self.sources.get(source, Numbers()).lost(total) for source, total in totals.items())

    def again(self) -> int:
        """How many came more than once."""
        return sum(numbers.again for numbers in self.sources.values())

    def late(self) -> int:
        """How many came after a newer one."""
        return sum(numbers.late for numbers in self.sources.values())
