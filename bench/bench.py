# SPDX-License-Identifier: GPL-2.0-or-later
"""Measures the module against the host's C module: the same config and Python, in turns, in one run.

MODULE is our libmod-python.so, DISCARD and GENERATE the SDK's example destination and source without Python. What is in the
table are medians over the rounds. "limit" is the floor, which is what the host itself takes, plus the Python body alone in a
loop.
"""

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, Dict, List, NamedTuple

from cases import C, CASES, FLOOR, OURS, Case, text_of
from daemon import HERE, Daemon, about, host_variable


class Result(NamedTuple):
    """What one run of one case gave."""

    rate: float
    """Messages a second."""
    cpu: float
    """Processor time of the daemon, in microseconds a message."""
    memory: int
    """The most memory that was resident, in KiB."""


def c_module() -> Path:
    """The host's own module."""
    folder = Path(host_variable("moduledir"))
    # Debian has Python's version in its name.
    found = sorted(folder.glob("libmod-python.cpython-*.so")) or sorted(folder.glob("libmod-python.so"))
    if not found:
        sys.exit("The host's C module is not there; on Debian the package syslog-ng-mod-python has it.")
    return found[0]


def make_lines(path: Path, count: int) -> None:
    """A file with so many lines."""
    with open(path, "w") as file:
        for number in range(count):
            file.write(f"message {number} of a benchmark, about as long as the lines of a log are\n")


def run(case: Case, contestant: str, modules: Dict[str, Path], count: int, folder: Path) -> Result:
    """Runs a case once."""
    goal = count * case.copies
    config = text_of(case, contestant, count)
    from_file = "in.txt" in config
    if from_file and not case.drain:
        (folder / "go").touch()
    with Daemon(folder, modules, config) as daemon:

        def so_far() -> int:
            return daemon.count(case.counters, case.counter) or 0

        daemon.wait(lambda: daemon.count(case.counters, case.counter) is not None, "the start")
        if from_file:
            lines = folder.parent / f"lines-{count}"
            if not lines.exists():
                make_lines(lines, count)
            os.link(lines, folder / "in.txt")
        if case.drain:
            daemon.wait_for(lambda: daemon.count(case.counters, "queued") or 0, goal, "a full queue")
        (folder / "go").touch()
        daemon.wait(lambda: so_far() > 0, "the first message")
        begun, cpu, before = time.monotonic(), daemon.cpu(), so_far()
        daemon.wait_for(so_far, goal, "the last message")
        seconds, cpu = time.monotonic() - begun, daemon.cpu() - cpu
        measured = goal - before
        if measured <= 0:
            sys.exit(f"{case.name}: over before it could be measured; take more messages")
        return Result(measured / seconds, cpu / measured * 1e6, daemon.memory())


def body(case: Case) -> float:
    """Microseconds a message that the Python body takes by itself."""
    if not case.body:
        return 0.0
    command = ["/usr/bin/python3", str(HERE / "bodies.py"), case.body, "300000"]
    return float(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def measure(case: Case, files: Dict[str, Path], rounds: int, share: float) -> Dict[str, Any]:
    """Runs a case by all contestants in turns, and gives what it gave. The first round warms up, and does not count."""
    gathered: Dict[str, List[Result]] = {name: [] for name in case.contestants}
    with tempfile.TemporaryDirectory(prefix="bench-", dir=os.environ.get("TMPDIR")) as place:
        for number in range(rounds + 1):
            order = case.contestants if number % 2 else case.contestants[::-1]
            for contestant in order:
                count = max(int(case.messages * share), 1)
                count *= 1 if contestant == C else case.factor
                config = text_of(case, contestant, count)
                modules = {name: files[name] for name in ("discard", "generate") if f"{name}(" in config}
                if contestant != FLOOR:
                    modules["python"] = files[contestant]
                folder = Path(place) / "daemon"
                folder.mkdir()
                result = run(case, contestant, modules, count, folder)
                shutil.rmtree(folder)
                if number:
                    gathered[contestant].append(result)
    result = {"name": case.name, "floor is": case.floor_is, "messages": case.messages, "factor": case.factor, "body": body(case), "contestants": {}}
    for name, results in gathered.items():
        rates = [one.rate for one in results]
        middle = statistics.median(rates)
        result["contestants"][name] = {
            "rate": middle,
            "spread": (max(rates) - min(rates)) / 2 / middle * 100,
            "cpu": statistics.median(one.cpu for one in results),
            "memory": statistics.median(one.memory for one in results),
        }
    return result


def others(file: Path, about_now: Dict[str, Any]) -> List[Dict[str, Any]]:
    """Where only some cases are measured, the results of before, if they are of the same host, day, rounds and share."""
    if not file.exists():
        return []
    before = json.loads(file.read_text())
    return before["cases"] if before["about"] == about_now else []


def main() -> None:
    """Measures what is asked for, prints it and writes it down."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("module", type=Path)
    parser.add_argument("discard", type=Path)
    parser.add_argument("generate", type=Path)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--share", type=float, default=1.0, help="how much of the messages of each case")
    parser.add_argument("--cases", default="", help="parts of names, with commas between them")
    parser.add_argument("--json", type=Path, help="write the results there")
    arguments = parser.parse_args()
    files = {
        C: c_module(),
        OURS: arguments.module.resolve(),
        "discard": arguments.discard.resolve(),
        "generate": arguments.generate.resolve(),
    }
    wanted = arguments.cases.split(",")
    names = [case.name for case in CASES]
    results: Dict[str, Any] = {
        "about": {**about(), "rounds": arguments.rounds, "share": arguments.share},
        "cases": [],
    }
    if arguments.cases and arguments.json:
        results["cases"] = others(arguments.json, results["about"])
    print(HEADER)
    for case in CASES:
        if not any(part in case.name for part in wanted):
            continue
        result = measure(case, files, arguments.rounds, arguments.share)
        result["targets"] = judge(case, result)
        kept = [other for other in results["cases"] if other["name"] != case.name]
        results["cases"] = sorted([*kept, result], key=lambda one: names.index(one["name"]))
        for line in lines_of(case, result):
            print(line, flush=True)
        if arguments.json:
            arguments.json.parent.mkdir(parents=True, exist_ok=True)
            arguments.json.write_text(json.dumps(results, indent=1))


HEADER = (
    f"{'case':<22} {'':<12} {'msg/s':>10} {'± %':>5} {'to C':>6} {'CPU µs':>8} {'limit':>7} {'to limit':>8} "
    f"{'RSS MiB':>8}  target"
)


def judge(case: Case, result: Dict[str, Any]) -> Dict[str, str]:
    """What is met and what is not, in words; nothing where there is no target."""
    all_of = result["contestants"]
    ours, c, floor = all_of[OURS], all_of[C], all_of.get(FLOOR)
    verdict = {}
    if case.target:
        ratio = ours["rate"] / c["rate"]
        met = ratio >= case.target.ratio or (floor and ours["rate"] >= 0.9 * floor["rate"])
        verdict[f"≥ {case.target.ratio:g} × C"] = "met" if met else "not met"
        if case.target.cpu and floor:
            most = case.target.cpu(floor["cpu"], result["body"])
            verdict[f"CPU ≤ {case.target.said} ({most:.2f})"] = "met" if ours["cpu"] <= most else "not met"
    more = (ours["memory"] - c["memory"]) / 1024
    verdict["RSS ≤ C + 4 MiB"] = "met" if more <= 4 else f"not met ({more:+.1f})"
    return verdict


def lines_of(case: Case, result: Dict[str, Any]) -> List[str]:
    """A line for each contestant."""
    lines = []
    floor = result["contestants"].get(FLOOR)
    for name, one in result["contestants"].items():
        ratio = one["rate"] / result["contestants"][C]["rate"]
        limit = floor["cpu"] + result["body"] if floor else None
        to_limit = f"{limit:>7.2f} {one['cpu'] / limit:>8.2f}" if limit else " " * 16
        said = "; ".join(f"{what}: {how}" for what, how in result["targets"].items()) if name == OURS else ""
        lines.append(
            f"{case.name:<22} {name:<12} {one['rate']:>10.0f} {one['spread']:>5.0f} {ratio:>6.2f} {one['cpu']:>8.2f} "
            f"{to_limit} {one['memory'] / 1024:>8.1f}  {said}".rstrip()
        )
    return lines


if __name__ == "__main__":
    main()
