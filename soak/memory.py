# SPDX-License-Identifier: GPL-2.0-or-later
"""Memory that is in use after half a million messages and after a million, for each kind of driver.

It is what the C library says has been allocated and not freed, asked for on the driver's own thread after Python's collector has
run, when no message is on its way. Python gets its memory there too (PYTHONMALLOC), and nothing is set aside for later.
"""

import re
import time
from typing import Dict, List, NamedTuple

from configs import Server, has_http
from host import Failure, Host, Row, Setting, folder

MESSAGES = 1_000_000
MOST_BYTES = 64 * 1024
ENVIRONMENT = {"PYTHONMALLOC": "malloc", "GLIBC_TUNABLES": "glibc.malloc.tcache_count=0"}
TEXT = "a message about as long as the lines of a log are, give or take"

FEED = 'python(class("drivers.Feed") options("text" "' + TEXT + '" "half" "%d" %s) persist-name("feed") log-iw-size(5000));'
FETCH = 'python-fetcher(class("drivers.FeedFetch") options("text" "' + TEXT + '" "half" "%d" %s) log-iw-size(5000));'
MANY = '"many" "yes"'
ITSELF = '"measures" "itself"'
DISCARD = "discard();"


class Kind(NamedTuple):
    """A kind of driver, and what it stands between."""

    name: str
    source: str = FEED
    source_options: str = MANY
    destination: str = DISCARD
    parser: str = ""
    marks: bool = True
    """A message is posted that asks for the measurement; it is counted, too."""


def to(class_: str, options: str = "") -> str:
    """A destination."""
    return f'python(class("drivers.{class_}") {options});'


BATCH = "batch-lines(1000) batch-timeout(100)"
KINDS = [
    Kind("post_message()", source_options=ITSELF, marks=False),
    Kind("post_messages()", source_options=MANY + ITSELF, marks=False),
    Kind("ack tracker, Persist", source_options=MANY + ITSELF + ' "acks" "yes"', marks=False),
    Kind("fetch() of one", FETCH, "", marks=False),
    Kind("fetch() of 100", FETCH, MANY, marks=False),
    Kind("send()", destination=to("MeterSend")),
    Kind("send(), value-pairs()", destination=to("MeterPairs", 'value-pairs(key("HOST") key("MESSAGE"))')),
    Kind("send()/flush()", destination=to("MeterFlush", BATCH)),
    Kind("send_batch()", destination=to("MeterBatch", BATCH)),
    Kind("workers(2)", destination=to("MeterSend", "workers(2)")),
    Kind("parser", parser='parser { python(class("drivers.MeterParse")); };'),
    Kind("$(python f)", parser='rewrite { set("$(python drivers.meter $MESSAGE)" value("soak.one")); };'),
    Kind(
        "python-http-header()",
        # http() takes a scratch buffer of the host for each request, and the host gets them back when the worker rests. How many
        # there are in the end is the longest time without a rest, with a header or without.
        source_options=MANY + ' "rests" "yes"',
        destination='http(url("%s") body("$MESSAGE") batch-lines(1000) batch-timeout(100) time-reopen(1)\n'
        '    python-http-header(class("drivers.MeterHeader")));',
    ),
]


def run(setting: Setting) -> List[Row]:
    """The campaign: a row for each kind."""
    rows = []
    for kind in KINDS:
        if "http" in kind.name and not has_http():
            continue
        half = setting.times(MESSAGES // 2, 5000) // 1000 * 1000
        row = Row("memory", kind.name, f"{half / 1e6:g} and {half * 2 / 1e6:g} million messages")
        server = Server() if "http" in kind.name else None
        try:
            with folder() as place:
                text = config(kind, half, server.url if server else "")
                more = {"discard": setting.files.discard} if DISCARD in text else {}
                with Host(place, setting, text, environment=ENVIRONMENT, more=more) as host:
                    measure(host, kind, half, row)
        except Failure as error:
            row.problems.append(str(error))
        finally:
            if server:
                server.close()
        rows.append(row)
    return rows


def config(kind: Kind, half: int, url: str) -> str:
    """Its config."""
    destination = kind.destination.replace("%s", url)
    return (
        ("@module mod-discard\n" if DISCARD in destination else "")
        + f"log {{ source {{ {kind.source % (half, kind.source_options)} }}; {kind.parser}\n"
        + f"    destination {{ {destination} }}; flags(flow-control); }};\n"
    )


def measure(host: Host, kind: Kind, half: int, row: Row, exact: bool = True) -> None:
    """Does it; where it is not exact, what is in use is not looked at."""
    host.wait_until_started()
    found: Dict[int, int] = {}
    resident: Dict[int, int] = {}
    for phase in (1, 2):
        goal = half * phase + (phase - 1) * kind.marks
        host.wait_for(lambda: written(host), goal, "the messages")
        # The last of them are given back when they have been counted.
        time.sleep(0.3)
        host.path(f"mark{phase}").touch()
        host.wait_within(lambda: len(measured(host)) >= phase, "the measurement", 60)
        found[phase], resident[phase] = measured(host)[phase - 1], host.resident()
        host.wait_for(lambda: written(host), goal + kind.marks, "the mark")
        host.path(f"go{phase}").touch()
    if exact:
        row.memory = (resident[1], resident[2])
    total = half * 2 + 2 * kind.marks
    # Whatever else it is: what was not sent cannot leak.
    row.lost = total - written(host)
    row.must(not row.lost, f"{row.lost} were not delivered")
    if exact:
        more = found[2] - found[1]
        row.notes.append(f"in use {found[1]} and {found[2]} bytes: {more:+d}")
        row.must(abs(more) < MOST_BYTES, f"in use grew by {more} bytes")
    took, status = host.stop()
    row.must(status == 0, f"it ended with {status}")
    row.problems += host.complaints()[:3]


def written(host: Host) -> int:
    """How many are delivered."""
    return host.count(r"dst\.\w+;[^;]*#0", "written") or 0


def measured(host: Host) -> List[int]:
    """What the class has written down."""
    path = host.path("measured")
    return [int(number) for number in re.findall(r"^(\d+)\n", path.read_text(), re.MULTILINE)] if path.exists() else []
