# SPDX-License-Identifier: GPL-2.0-or-later
"""Tries for a long time whether something leaks, is lost, or ends the daemon: reloads, kills, threads, memory and stops.

MODULE is our libmod-python.so as it is shipped, FOR_TESTS the one with debug assertions, DISCARD and GENERATE the SDK's examples.
Ends with a status other than 0 if anything was lost, grew or crashed.
"""

import argparse
import json
import signal
import sys
import time
import traceback
from pathlib import Path
from typing import Any, Callable, Dict, List

from host import Files, Row, Setting, about
import concurrency
import fuzz
import kills
import memcheck
import memory
import reloads
import stops

CAMPAIGNS: Dict[str, Callable[[Setting], List[Row]]] = {
    "reload": reloads.run,
    "kill": kills.run,
    "threads": concurrency.run,
    "memory": memory.run,
    "valgrind": memcheck.run,
    "stop": stops.run,
    "fuzz": fuzz.run,
}

HEADER = ("campaign", "what", "tried", "lost", "again", "RSS MiB", "verdict")


def short(text: str) -> str:
    """What fits into the table."""
    return text if len(text) <= 100 else text[:99] + "…"


def cells(row: Row) -> List[str]:
    """A row of the table."""
    memory = f"{row.memory[0] / 1024:.1f} → {row.memory[1] / 1024:.1f}" if row.memory else ""
    counts = ["" if count is None else str(count) for count in (row.lost, row.again)]
    return [row.campaign, row.what, row.tried, *counts, memory, short(row.verdict)]


def as_json(row: Row) -> Dict[str, Any]:
    """What is written down of a row."""
    return {**vars(row), "verdict": row.verdict}


def table(rows: List[Row]) -> str:
    """All rows, in columns."""
    lines = [list(HEADER), *(cells(row) for row in rows)]
    widths = [max(len(line[at]) for line in lines) for at in range(len(HEADER) - 1)]
    return "\n".join("  ".join([*(cell.ljust(width) for cell, width in zip(line, widths)), line[-1]]).rstrip() for line in lines)


def try_all(setting: Setting, wanted: List[str]) -> List[Row]:
    """Runs the campaigns that are wanted."""
    rows: List[Row] = []
    for name, run in CAMPAIGNS.items():
        if not any(part in name for part in wanted):
            continue
        begun = time.monotonic()
        try:
            found = run(setting)
        except Exception as error:  # pylint: disable=broad-exception-caught
            # One campaign that breaks off does not keep the others from being tried.
            traceback.print_exc()
            found = [Row(name, "broke off", problems=[f"{type(error).__name__}: {error}"])]
        rows += found
        for row in found:
            print(f"{row.campaign}, {row.what}: {row.verdict}", file=sys.stderr)
            for note in row.notes:
                print(f"    {note}", file=sys.stderr)
        print(f"    ({time.monotonic() - begun:.0f} s)", file=sys.stderr, flush=True)
    return rows


def merged(before: Dict[str, Any], now: Dict[str, Any]) -> Dict[str, Any]:
    """Where only some campaigns were tried, those of the others from before, if they were of the same host, day and share."""
    if before["about"] != now["about"]:
        return now
    again = {row["campaign"] for row in now["rows"]}
    rows = [row for row in before["rows"] if row["campaign"] not in again] + now["rows"]
    order = list(CAMPAIGNS)
    names = {"kill -9": "kill", "ASan": "valgrind"}
    rows.sort(key=lambda row: order.index(names.get(row["campaign"], row["campaign"])))
    return {"about": now["about"], "rows": rows}


def main() -> None:
    """Runs them, prints the table and writes it down."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("module", "for_tests", "discard", "generate"):
        parser.add_argument(name, type=lambda text: Path(text).resolve())
    parser.add_argument("--share", type=float, default=1.0, help="how much of each campaign")
    parser.add_argument("--campaigns", default="", help="parts of names, with commas between them")
    parser.add_argument("--break", default="", dest="broken", help="what is to go wrong on purpose, see drivers.py")
    parser.add_argument("--json", type=Path, help="write the results there")
    arguments = parser.parse_args()
    # So that what has been started is ended, and folders are removed.
    signal.signal(signal.SIGTERM, lambda *_what: sys.exit(1))
    files = Files(arguments.module, arguments.for_tests, arguments.discard, arguments.generate)
    setting = Setting(files, arguments.share, arguments.broken)
    rows = try_all(setting, arguments.campaigns.split(","))
    print(table(rows))
    if arguments.json:
        results = {"about": {**about(), "share": arguments.share}, "rows": [as_json(row) for row in rows]}
        arguments.json.parent.mkdir(parents=True, exist_ok=True)
        if arguments.campaigns and arguments.json.exists():
            results = merged(json.loads(arguments.json.read_text()), results)
        arguments.json.write_text(json.dumps(results, indent=1))
    sys.exit(any(row.problems for row in rows))


if __name__ == "__main__":
    main()
