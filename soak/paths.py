# SPDX-License-Identifier: GPL-2.0-or-later
"""From which source what is to arrive where, and whether it has."""

import time
from pathlib import Path
from typing import Dict, List, Optional, Sequence

from arrived import Arrived
from host import Host, Row


def add_lines(path: Path, name: str, first: int, count: int) -> int:
    """Adds numbered lines to a file that is read; gives how many."""
    with open(path, "a", encoding="ascii") as file:
        file.writelines(f"{name} {number}\n" for number in range(first, first + count))
    return count


class Paths:
    """The log paths of a config, whose file source the campaign writes to."""

    posting: Sequence[str] = ()
    """The sources in Python."""

    def __init__(self, place: Path, arrived: Dict[str, Arrived], sources: Dict[str, Sequence[str]]) -> None:
        self.place = place
        self.arrived = arrived
        self.sources = sources
        self.lines = 0

    def write_lines(self, count: int) -> None:
        """Lines more for the file source."""
        self.lines += add_lines(self.place / "in.txt", "file", self.lines, count)

    def update(self) -> None:
        """Looks at what has arrived."""
        for arrived in self.arrived.values():
            arrived.update()

    def count(self, place: str = "") -> int:
        """How much has arrived there, or everywhere."""
        total = 0
        for name, arrived in self.arrived.items():
            if place in ("", name):
                arrived.update()
                total += sum(numbers.next + numbers.again for numbers in arrived.sources.values())
        return total

    def totals(self) -> Optional[Dict[str, int]]:
        """How many there are of each source, once they have finished."""
        files = {name: self.place / f"total-{name}" for name in self.posting}
        if not all(file.exists() for file in files.values()):
            return None
        return {**{name: int(file.read_text()) for name, file in files.items()}, "file": self.lines}

    def lost(self, totals: Dict[str, int]) -> Dict[str, int]:
        """How many are missing at each place where some are."""
        self.update()
        found = {
            name: arrived.lost({source: totals[source] for source in self.sources[name]})
            for name, arrived in self.arrived.items()
        }
        return {name: count for name, count in found.items() if count}

    def wrong(self) -> List[str]:
        """What arrived and is none of the messages."""
        return [
            f"{len(arrived.wrong)} lines at {name} that are no messages, such as {arrived.wrong[0][:60]!r}"
            for name, arrived in self.arrived.items()
            if arrived.wrong
        ]

    def finish(self, host: Host, row: Row) -> None:
        """Lets the sources end, waits for what they have posted, and says what is not there."""
        host.path("finish").touch()
        host.wait_within(lambda: self.totals() is not None, "the end of the sources", 60)
        totals = self.totals() or {}
        row.must(all(totals[name] > 100 for name in self.posting), f"there was hardly any traffic: {totals}")
        last, moved = sum(self.lost(totals).values()), time.monotonic()
        while last and time.monotonic() < moved + 20 and host.process.poll() is None:
            time.sleep(0.05)
            now = sum(self.lost(totals).values())
            if now != last:
                last, moved = now, time.monotonic()
        lost = self.lost(totals)
        row.lost = sum(lost.values())
        row.again = sum(arrived.again() for arrived in self.arrived.values())
        row.must(not lost, f"lost: {lost}")
        for name in lost:
            of_each = {source: self.arrived[name].lost({source: totals[source]}) for source in self.sources[name]}
            row.notes.append(f"lost at {name}: {of_each}")
        row.problems += self.wrong()
        row.notes.append(f"messages of {', '.join(f'{name}: {count}' for name, count in totals.items())}")
