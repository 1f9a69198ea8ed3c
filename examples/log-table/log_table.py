# SPDX-License-Identifier: GPL-2.0-or-later
"""A log destination that prints what is in a log file as a table, then stops syslog-ng.

The class that syslog-ng calls is LogTable. It keeps no lines: each one is parsed, counted in a Summary, and forgotten. At
the end render() makes the text of the table. Only LogTable knows syslog-ng; the rest is plain Python from bytes to text.
"""

import os
import re
import shutil
import signal
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from typing import Any, NamedTuple, TextIO

from syslogng import LogDestination, LogMessage


class LogTable(LogDestination):
    """Counts all lines that it is sent, and prints the table when syslog-ng stops.

    When no line has come for a while, the log is taken as read to its end, and syslog-ng is asked to stop. The option
    "idle-seconds" says how long that is (1 by default; twice as long before the first line).
    """

    def init(self, options: dict[str, Any]) -> bool:
        """Start with an empty table.

        Args:
            options: what stands in options(), with "_" for each "-" in a name. Values can be text on some versions of
                syslog-ng and numbers on others; float() takes both.

        Returns:
            True. An "idle-seconds" that is no number raises, which makes syslog-ng refuse the config and say why.
        """
        self.idle_seconds = float(options.get("idle_seconds", 1))
        self.summary = Summary()
        self.stopped = False
        self.deadline = time.monotonic() + 2 * self.idle_seconds
        self.wait_for_deadline()
        return True

    def send(self, msg: LogMessage) -> bool:
        """Count one line.

        Args:
            msg: the line; its text is in MESSAGE, as bytes, because a log may hold anything.

        Returns:
            True: the line is dealt with and does not come again.
        """
        self.summary.add(msg["MESSAGE"])
        self.deadline = time.monotonic() + self.idle_seconds
        return True

    def deinit(self) -> None:
        """Print the table.

        syslog-ng calls this once and whatever the reason to stop is: our own request, Ctrl-C or an administrator. send()
        is not running any more, so the numbers are complete. Python does not end with syslog-ng in an orderly way,
        which would flush its output: that has to be done here.
        """
        self.stopped = True
        self.timer.cancel()
        sys.stdout.write(render(self.summary, Style.fitting(sys.stdout)))
        sys.stdout.flush()

    def wait_for_deadline(self) -> None:
        """Have stop_if_idle() called, on a thread of its own, when the deadline is over as it stands now."""
        self.timer = threading.Timer(max(0.0, self.deadline - time.monotonic()), self.stop_if_idle)
        self.timer.daemon = True
        self.timer.start()

    def stop_if_idle(self) -> None:
        """Ask syslog-ng to stop, or wait on if lines have come and moved the deadline."""
        if self.stopped:
            return
        if time.monotonic() < self.deadline:
            self.wait_for_deadline()
        else:
            os.kill(os.getpid(), signal.SIGTERM)


class Entry(NamedTuple):
    """What one line says. A part that the line does not have is None."""

    stamp: bytes | None = None
    """When, to the second and without the zone: b"2026-11-21 09:16:10" or b"Nov 21 09:16:10"."""
    action: bytes | None = None
    """In a log of dpkg, what was done: b"install", b"status unpacked"."""
    package: bytes | None = None
    """In a log of dpkg, the package that something was done to; not set in lines that only report a status."""
    program: bytes | None = None
    """In other logs, the program that wrote the line."""


# 2026-11-21 09:16:10 install libfoo:amd64 <none> 1.2
_DPKG = re.compile(
    rb"""(\d{4}-\d\d-\d\d\ \d\d:\d\d:\d\d)\ (?:
        (install|upgrade|configure|trigproc|disappear|remove|purge)\ ([a-z0-9][a-z0-9+.:-]*)\ \S+\ \S+
        | (status\ [a-z-]+)\ \S+\ \S+
        | (startup\ [a-z]+)\ [a-z-]+
        | (conffile)\ .+
    )$""",
    re.VERBOSE | re.DOTALL,
)
# 2026-11-21T09:16:10.123456+01:00, and whatever follows
_ISO_STAMP = re.compile(rb"(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d)(?:[.,]\d{1,9})?(?:Z|[+-]\d\d:?\d\d)?(?=[\s:]|$)")
# Nov 21 09:16:10, as in RFC 3164, with or without a priority before it
_SHORT_STAMP = re.compile(
    rb"(?:<\d{1,3}>)?((?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) [ \d]\d \d\d:\d\d:\d\d)(?=[\s:]|$)"
)
# Behind a stamp: a host, and prog[123]: or prog:
_PROGRAM = re.compile(rb"\s\S{1,255} ([^\s:\[\]]{1,64})(?:\[\d{1,10}\])?:(?=\s|$)")

# What matters stands at the beginning of a line, so no more is looked at.
_HEAD = 1024


def parse(line: bytes) -> Entry:
    """Find out what a line says.

    Args:
        line: the line without its end; any bytes, of any length.

    Returns:
        What was found; an empty Entry for a line of no known shape.
    """
    head = line[:_HEAD]
    if match := _DPKG.match(head):
        stamp, action, package, status, startup, conffile = match.groups()
        return Entry(stamp, action or status or startup or conffile, package)
    if match := _ISO_STAMP.match(head):
        stamp = b"%b %b" % match.groups()
    elif match := _SHORT_STAMP.match(head):
        stamp = match[1]
    else:
        return Entry()
    program = _PROGRAM.match(head, match.end())
    return Entry(stamp, program=program[1] if program else None)


class Summary:
    """All that is counted. Lines go in through add(); render() reads the attributes."""

    def __init__(self) -> None:
        self.lines = 0
        self.bytes = 0
        self.longest = 0
        self.unstamped = 0
        self.first: bytes | None = None
        """The stamp of the first line that has one, in the order of the log."""
        self.last: bytes | None = None
        self.actions: Counter[bytes] = Counter()
        self.packages: Counter[bytes] = Counter()
        self.programs: Counter[bytes] = Counter()
        self.minutes: Counter[bytes] = Counter()

    def add(self, line: bytes) -> None:
        """Count one line, given without its end."""
        self.lines += 1
        self.bytes += len(line)
        self.longest = max(self.longest, len(line))

        stamp, action, package, program = parse(line)
        if stamp is None:
            self.unstamped += 1
            return
        if self.first is None:
            self.first = stamp
        self.last = stamp
        self.minutes[stamp[:-3]] += 1
        if action is None:
            self.programs[program or b"(no program)"] += 1
        else:
            self.actions[action] += 1
        if package is not None:
            self.packages[package] += 1

    def hours(self) -> Counter[bytes]:
        """The lines of each hour: keys as b"2026-11-21 09"."""
        hours: Counter[bytes] = Counter()
        for minute, lines in self.minutes.items():
            hours[minute[:-3]] += lines
        return hours


class Style(NamedTuple):
    """How a table is to look."""

    width: int = 80
    block: str = "#"
    colour: bool = False

    @classmethod
    def fitting(cls, stream: TextIO) -> "Style":
        """The style for a stream: blocks and colour for people at a terminal, plain ASCII for files and pipes."""
        if not stream.isatty():
            return cls()
        return cls(
            width=min(max(shutil.get_terminal_size().columns, 80), 100),
            block="█" if stream.encoding.lower() in ("utf-8", "utf8") else "#",
            colour="NO_COLOR" not in os.environ and os.environ.get("TERM", "dumb") != "dumb",
        )

    def heading(self, text: str) -> str:
        """The text, in bold where there is colour."""
        return f"\033[1m{text}\033[0m" if self.colour else text

    def bar(self, part: int, whole: int, width: int) -> str:
        """A bar that fills `width` columns when `part` is the whole; at least one block long."""
        blocks = self.block * max(1, width * part // whole)
        return f"\033[36m{blocks}\033[0m" if self.colour else blocks


# The longest name that is shown in full; wide enough for most packages, narrow enough for a bar beside it.
_NAME_WIDTH = 36


class Section(NamedTuple):
    """One part of the table: a heading and, below it, the largest counts."""

    heading: str
    counts: Counter[bytes]
    most: int
    """How many counts are shown."""

    def text(self, style: Style) -> Iterator[str]:
        """The lines of the section: the heading, a row for each count shown, and one for all that are left."""
        ranked = sorted(self.counts.items(), key=lambda item: (-item[1], item[0]))
        shown = ranked[: self.most]
        total = self.counts.total()
        rest = total - sum(count for _, count in shown)
        bar_width = style.width - _NAME_WIDTH - len("  123456789  100.0%  ")

        yield style.heading(f"{self.heading:<{_NAME_WIDTH}}  {'lines':>9}  {'share':>6}")
        for name, count in shown:
            bar = style.bar(count, shown[0][1], bar_width)
            yield f"{_shortened(printable(name)):<{_NAME_WIDTH}}  {count:>9}  {count / total:>6.1%}  {bar}"
        if rest:
            others = f"({len(ranked) - len(shown)} more)"
            yield f"{others:<{_NAME_WIDTH}}  {rest:>9}  {rest / total:>6.1%}"


def render(summary: Summary, style: Style) -> str:
    """Make the table.

    Args:
        summary: what was counted.
        style: how wide the table may be, and whether it has colour.

    Returns:
        The text of the table, with a newline at its end.
    """
    hours = Counter({hour + b":00": lines for hour, lines in summary.hours().items()})
    sections = [
        Section("dpkg action", summary.actions, 16),
        Section("Package (status lines left out)", summary.packages, 10),
        Section("Program", summary.programs, 16),
        Section("Busiest hour", hours, 5),
        Section("Busiest minute", summary.minutes, 5),
    ]
    text = list(_overview(summary))
    for section in sections:
        if section.counts:
            text += ["", *section.text(style)]
    return "\n".join(text) + "\n"


def _overview(summary: Summary) -> Iterator[str]:
    """The lines above the sections."""
    yield f"Lines read: {summary.lines}"
    yield f"Bytes:      {summary.bytes} (longest line: {summary.longest})"
    if summary.first is not None and summary.last is not None:
        yield f"From:       {printable(summary.first)}"
        yield f"To:         {printable(summary.last)}{_duration(summary.first, summary.last)}"
    if summary.unstamped:
        yield f"No time:    {summary.unstamped} {'line' if summary.unstamped == 1 else 'lines'}"


def _duration(first: bytes, last: bytes) -> str:
    """How long it is from one stamp to the other; nothing if they have no year or are no real dates."""
    try:
        passed = datetime.fromisoformat(last.decode()) - datetime.fromisoformat(first.decode())
    except ValueError:
        return ""
    return f"  ({passed})" if passed.total_seconds() >= 0 else ""


def _shortened(name: str) -> str:
    """The name, cut to the width of its column."""
    return name if len(name) <= _NAME_WIDTH else name[: _NAME_WIDTH - 3] + "..."


def printable(raw: bytes) -> str:
    """Bytes of a log as text that is safe to print: all but printable ASCII becomes an escape such as \\x1b.

    A log can hold anything, and a terminal obeys escape sequences. ASCII also keeps the columns aligned.
    """
    return "".join(chr(byte) if 32 <= byte < 127 else f"\\x{byte:02x}" for byte in raw)
