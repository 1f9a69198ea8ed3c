# SPDX-License-Identifier: GPL-2.0-or-later
"""Many threads at once: parsers, workers, posts and acknowledgements, with the module as shipped and with debug assertions."""

import json
import socket
import threading
import time
from pathlib import Path
from typing import Dict, List

from arrived import Arrived
from host import Failure, Host, Row, Setting, folder

EACH = 5_000
"""How many messages each thread of a posting source posts."""
CONNECTIONS = 6
LINES = 30_000
"""How many messages come through each connection."""
TRACKERS = ("instant", "consecutive", "batched")
THREADS = 16


def config(each: int) -> str:
    """One parser that two log paths share, with messages of all sources in both."""
    sources = "".join(
        f'source s_{name} {{ python(class("drivers.Threads") options("name" "{name}" "tracker" "{name}" "each" "{each}")\n'
        f'    persist-name("{name}") log-iw-size(2000)); }};\n'
        for name in TRACKERS
    )
    into = " ".join(f"source(s_{name});" for name in ("net", *TRACKERS))
    return (
        sources
        + 'source s_net { unix-stream("in" flags(no-parse) max-connections(10) log-iw-size(10000)); };\n'
        + 'parser p { python(class("drivers.Watched")); };\n'
        + 'destination d_workers { python(class("drivers.Batch") options("file" "out-workers") workers(8) batch-lines(50)\n'
        + "    batch-timeout(50)); };\n"
        + 'destination d_flush { python(class("drivers.Flush") options("file" "out-flush") batch-lines(50) batch-timeout(50)); };\n'
        + f"log {{ {into} parser(p); destination(d_workers); flags(flow-control); }};\n"
        + f"log {{ {into} parser(p); destination(d_flush); flags(flow-control); }};\n"
    )


def write(address: Path, name: str, lines: int, failed: List[str]) -> None:
    """Sends lines through a connection of its own."""
    try:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(120)
            connection.connect(str(address))
            for first in range(0, lines, 500):
                text = "".join(f"{name} {number}\n" for number in range(first, min(first + 500, lines)))
                connection.sendall(text.encode())
    except OSError as error:
        failed.append(f"{name}: {error}")


def run(setting: Setting) -> List[Row]:
    """The campaign: four rows."""
    rows = []
    for for_tests in (False, True):
        for interval in ("", "1e-6"):
            build = "debug assertions" if for_tests else "as shipped"
            row = Row("threads", f"{build}, switch interval {interval or 'default'}")
            # A build without optimization takes several times as long.
            share = setting.share / (4 if for_tests else 1)
            with folder() as place:
                environment = {"SOAK_SWITCH_INTERVAL": interval} if interval else {}
                each, lines = max(int(EACH * share), 100), max(int(LINES * share), 500)
                try:
                    with Host(place, setting, config(each), for_tests=for_tests, environment=environment) as host:
                        at_once(host, each, lines, row)
                except Failure as error:
                    row.problems.append(str(error))
            rows.append(row)
    return rows


def at_once(host: Host, each: int, lines: int, row: Row) -> None:
    """Does it."""
    host.wait_until_started()
    memory = host.resident()
    failed: List[str] = []
    names = [f"net-{number}" for number in range(CONNECTIONS)]
    writers = [threading.Thread(target=write, args=(host.path("in"), name, lines, failed), daemon=True) for name in names]
    for writer in writers:
        writer.start()
    totals = {name: lines for name in names}
    totals.update({f"{tracker}-{thread}": each for tracker in TRACKERS for thread in range(THREADS)})
    places = {name: Arrived("p", host.path(f"out-{name}")) for name in ("workers", "flush")}

    def missing() -> Dict[str, int]:
        for arrived in places.values():
            arrived.update()
        return {name: arrived.lost(totals) for name, arrived in places.items()}

    last, moved = sum(missing().values()), time.monotonic()
    while last and time.monotonic() < moved + 40 and host.process.poll() is None:
        time.sleep(0.1)
        now = sum(missing().values())
        if now != last:
            last, moved = now, time.monotonic()
    if host.process.poll() is not None:
        host.fail("it ended by itself")
    row.tried = f"{sum(totals.values())} messages to 2 places"
    row.lost = sum(missing().values())
    row.again = sum(arrived.again() for arrived in places.values())
    row.must(not row.lost, f"missing: {missing()}" + (f" {failed[0]}" if failed else ""))
    row.must(not row.again, f"{row.again} came again")
    for name, arrived in places.items():
        row.must(not arrived.wrong, f"{len(arrived.wrong)} lines at {name} that are no messages: {arrived.wrong[:1]}")
    row.must(not places["flush"].late(), f"{places['flush'].late()} out of order")
    acked(host, each * THREADS, row)
    row.memory = (memory, host.resident())
    took, status = host.stop()
    row.must(status == 0, f"it ended with {status}")
    watched = json.loads(host.path("watched").read_text())
    row.notes.append(f"{watched['threads']} threads parsed, {watched['most']} at once; ended in {took:.2f} s")
    row.must(watched["most"] > 1, "no two threads parsed at the same time")
    row.problems += host.complaints()[:3]


def acked(host: Host, posted: int, row: Row) -> None:
    """Checks what the sources were told of what they had posted."""

    def said(name: str) -> Dict[str, int]:
        path = host.path(f"acks-{name}")
        found: Dict[str, int] = json.loads(path.read_text()) if path.exists() else {"posted": 0, "acks": 0, "wrong": 0}
        return found

    try:
        host.wait_within(lambda: all(said(name)["acks"] == posted for name in ("instant", "batched")), "acknowledgements", 20)
        # One for many.
        host.wait_within(lambda: said("consecutive")["posted"] == posted, "posts", 20)
    except Failure as error:
        row.problems.append(f"{error}"[:60])
    for name in TRACKERS:
        counts = said(name)
        exact = name != "consecutive"
        right = counts["acks"] == posted if exact else 0 < counts["acks"] <= posted
        row.must(right and not counts["wrong"], f"{name}: {counts} of {posted} acknowledged")
    row.notes.append("acknowledged: " + ", ".join(f"{name} {said(name)['acks']} calls" for name in TRACKERS))
