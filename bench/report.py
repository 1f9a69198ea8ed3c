# SPDX-License-Identifier: GPL-2.0-or-later
"""Makes docs/benchmark.md and docs/benchmark.svg of what bench.py has written.

usage: report.py FOLDER OUTPUT

FOLDER has a file for each host, as `make bench` leaves them in build/bench; OUTPUT is where the two go.
"""

import json
import sys
from pathlib import Path
from typing import Any, Dict, List

import matplotlib

matplotlib.use("svg")
# pylint: disable=wrong-import-position
import matplotlib.pyplot as plt  # noqa: E402

from cases import C, FLOOR, OURS  # noqa: E402

COLOURS = {C: "#9aa5b1", OURS: "#d9480f", FLOOR: "#dee2e6"}
LABELS = {C: "C module", OURS: "this module", FLOOR: "the same without Python"}

INTRODUCTION = """# Benchmark

What is here was measured by `make bench`, on each host in one run: the host's C module, this module and the *floor*, in
turns, with the same configuration, the same Python and the same messages. Figures are medians over the rounds, after one that
does not count.

- **msg/s**: messages a second, and half the distance between the fastest and the slowest round in percent.
- **to C**: that as a multiple of the C module's.
- **CPU**: processor time of the syslog-ng process, in microseconds a message.
- **floor**: the same path without any Python, by the SDK's example plugins or by what syslog-ng has itself; what that is
  stands under the tables.
- **limit**: the floor's processor time and that of the Python code alone, in a loop without syslog-ng. Where the module is
  below it, it settles messages with syslog-ng in batches, and the floor does not.
- **RSS**: the most memory that was resident.
- *drain* is the destination's thread alone: its queue is full before it begins. In the chart its floor is cut off.

![Messages a second](benchmark.svg)
"""

REST = """
## What is left above the limit

Counted by callgrind on syslog-ng 3.38 with Python 3.11, in instructions of a message; a thousand take about a tenth of a
microsecond.

- **send()**: 2 700 (3 700 before messages were settled together). 1 500 of them run the class, half of that for reading two
  values, which the limit has ready in a dict: each is looked up in the message and becomes a new bytes object. 380 enter the class's
  code from outside, which a loop in Python does for less. 300 lend the message to an object that is used again and take it back, 160 keep it
  until its turn. The interpreter is attached once for a hundred.
- **send()/flush()**: as above, and 510 to attach for each message. It is not gathered, because such a class may count on `send()`
  being called as messages come, long before `batch-timeout()` is over.
- **$(python f)**: 2 500, of which 510 attach, 350 lend the message and 400 enter the function.
- **post_message()**: 7 180 on the source's thread, where the C module has 7 210 and the floor 4 680. 930 are the loop of the class
  itself, 570 make the Python object and free it, 400 give the interpreter up and take it again: the host may block. With nothing but
  these it would be 6 580, 9 % below the C module, and still above the target for processor time. Objects that are used again (pyo3's
  list of free ones, and one of our own) saved 0 and 120 and were thrown away. `post_messages()` gives the interpreter up once for many and
  has 1 000 less, lists from `fetch()` likewise.
- **fetch() of one**: 8 320 on the fetcher's thread. 4 680 are the floor, 540 attach, 1 700 run the class with its tuple and its message, 570
  are the message's object. Ten times the C module would be 5 400: 720 for all that Python does. Several calls of fetch() in a
  row would attach once, but a call that waits for the next message would keep those before it from the host.
- **value-pairs()**: 10 800 with three keys, of which 6 450 are in the host's own `value_pairs_foreach()`, which both modules call.
- **source to destination**: two threads want one interpreter; the floor has no such lock. A source that posts gives it up and takes it
  again within two microseconds, and CPython wakes up who waits for it each time, in vain: 450 000 messages took 58 000 switches on the
  destination's thread and as many on the source's, a quarter of the processor time in the system. Now who sends many messages gets a
  turn after 64 posts, and the source stays away until it is over: 7 000 and 2 000. What is left: while the destination sends, the source waits.
- **parser**: 11 090 in all threads together, the floor's rewrite rule 9 100. 510 attach, 350 lend the message and 400 enter the method, for each
  message; the rest is the class.
- **drain send()** and **drain send_batch()**: the latter has only 510 more than the floor. Memory is what takes the time: messages of a long
  queue are in no cache, and the floor does not look at their values. So values are fetched ahead while messages are gathered: 0.40 → 0.33 µs for
  send_batch(), 0.45 → 0.41 for send(), the best of 15 rounds and more. The figures of 2026-11-26 for 4.8 and 4.12 are from before that.

The target for value-pairs() is in microseconds of a machine on which the floor takes 3.4 to 4.1. All figures swing: these machines
are virtual ones with neighbours, and a case that is within a tenth of its target may be met in one run and missed in the next. Counts of
instructions do not swing, which is why they are what is looked at here.
"""

AGAIN = """
## Again

```sh
make bench                 # on this machine's syslog-ng; takes about a quarter of an hour
make bench HOST=trixie     # in a folder with that release of Debian, as root; HOST=sid likewise
make bench ROUNDS=3 SHARE=0.3 CASES='send(),parser'   # others stay as they were measured on that day, with that ROUNDS and SHARE
make bench-report          # makes this page and the chart of what was measured
```

Nothing else should run meanwhile. The figures of one host cannot be compared with those of another: each has a Python and a
compiler of its own.
"""


def number(value: float) -> str:
    """With spaces between thousands."""
    return f"{value:,.0f}".replace(",", " ")


def table(results: Dict[str, Any]) -> List[str]:
    """The table of a host."""
    lines = [
        "| case | | msg/s | to C | CPU µs | limit | to limit | RSS MiB |",
        "|---|---|---:|---:|---:|---:|---:|---:|",
    ]
    for case in results["cases"]:
        all_of = case["contestants"]
        floor = all_of.get(FLOOR)
        for name, one in all_of.items():
            limit = floor["cpu"] + case["body"] if floor and name == OURS else None
            cells = [
                case["name"].replace("|", "\\|") if name == C else "",
                name,
                f"{number(one['rate'])} ± {one['spread']:.0f} %",
                f"{one['rate'] / all_of[C]['rate']:.2f}",
                f"{one['cpu']:.2f}",
                f"{limit:.2f}" if limit else "",
                f"{one['cpu'] / limit:.2f}" if limit else "",
                f"{one['memory'] / 1024:.1f}",
            ]
            lines.append("| " + " | ".join(cells) + " |")
    return lines


def targets(results: Dict[str, Any]) -> List[str]:
    """What was to be reached and was not."""
    missed = [
        f"- {case['name']}: {what}: {how}"
        for case in results["cases"]
        for what, how in case["targets"].items()
        if how != "met"
    ]
    count = sum(len(case["targets"]) for case in results["cases"])
    if not missed:
        return [f"All {count} targets are met."]
    return [f"Of {count} targets these are not met:", "", *missed]


def chart(all_results: List[Dict[str, Any]], path: Path) -> None:
    """A group of bars for each case, a panel for each host: messages a second, to the C module's."""
    # From the bottom up. A run may have left some out.
    order = [case["name"] for case in max(all_results, key=lambda results: len(results["cases"]))["cases"]][::-1]
    figure, panels = plt.subplots(1, len(all_results), figsize=(4.6 * len(all_results), 5.4), sharey=True, squeeze=False)
    for panel, results in zip(panels[0], all_results):
        cases = results["cases"]
        rows = [order.index(case["name"]) for case in cases]
        for offset, name in ((-0.27, FLOOR), (0, OURS), (0.27, C)):
            ratios = []
            for case in cases:
                one = case["contestants"].get(name)
                ratios.append(one["rate"] / case["contestants"][C]["rate"] if one else 0)
            places = [at - offset for at in rows]
            panel.barh(places, ratios, 0.27, color=COLOURS[name], label=LABELS[name])
            if name == OURS:
                for at, ratio in zip(places, ratios):
                    panel.text(ratio + 0.3, at, f"{ratio:.1f}", va="center", fontsize=7)
        panel.set_yticks(range(len(order)), order, fontsize=8)
        panel.set_xlim(0, 26)
        panel.set_title(f"{results['about']['host']}, Python {results['about']['python'].rpartition('.')[0]}", fontsize=9)
        panel.set_xlabel("messages a second, C module = 1", fontsize=8)
        panel.tick_params(axis="x", labelsize=8)
        for side in ("top", "right"):
            panel.spines[side].set_visible(False)
    handles, labels = panels[0][0].get_legend_handles_labels()
    figure.legend(handles[::-1], labels[::-1], loc="lower center", ncols=3, fontsize=8, frameon=False)
    figure.tight_layout(rect=(0, 0.04, 1, 1))
    # The same figures make the same file.
    plt.rcParams["svg.hashsalt"] = "benchmark"
    figure.savefig(path, metadata={"Date": None})


def main() -> None:
    """Reads, and writes both."""
    folder, output = Path(sys.argv[1]), Path(sys.argv[2])
    # Older hosts come first.
    found = [json.loads(path.read_text()) for path in folder.glob("*.json")]
    found.sort(key=lambda results: [int(part) for part in results["about"]["host"].split()[1].split(".")])
    if not found:
        sys.exit(f"There are no results in {folder}: make bench")
    lines = [INTRODUCTION]
    for results in found:
        about = results["about"]
        lines += [
            f"\n## {about['host']}, Python {about['python']}\n",
            f"{about['date']}, {about['rounds']} rounds, {about['share']:.0%} of the messages, {about['processor']}.\n",
            *table(results),
            "",
            *targets(results),
        ]
    lines.append("\n## Floors\n")
    for case in found[0]["cases"]:
        if case["floor is"]:
            what = f"{number(case['messages'])} messages"
            if case["factor"] > 1:
                what += f", {case['factor']} times as many for the others than C"
            lines.append(f"- {case['name']}: {case['floor is']}; {what}")
    lines.append(REST)
    lines.append(AGAIN)
    output.mkdir(exist_ok=True)
    (output / "benchmark.md").write_text("\n".join(lines))
    chart(found, output / "benchmark.svg")


if __name__ == "__main__":
    main()
