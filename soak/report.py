# SPDX-License-Identifier: GPL-2.0-or-later
"""Makes docs/reliability.md of what soak.py has written.

usage: report.py FOLDER OUTPUT

FOLDER has a file for each host, as `make soak` leaves them in build/soak; OUTPUT is where the page goes.
"""

import json
import sys
from pathlib import Path
from typing import Any, Dict, List

INTRODUCTION = """# Reliability

What is here was measured by `make soak`, which runs real daemons with the module as it is shipped:

- **reload**: SIGHUP with a driver of every kind and traffic, and configs in between that are refused: Python that cannot be read, a
  missing class, `init()` returning False. After each reload the objects that live are counted: they have to be those of one
  config. In memory the same reloads with the SDK's `discard()` and `generate()` in place of Python are what it is compared with.
- **kill -9**: reliable disk buffers, ack trackers with bookmarks, `Persist` and a file source; some kills hit the start.
- **threads**: six connections and 48 posting threads into two log paths that share a parser, `workers(8)` behind them, and all three
  ack trackers; also with a thread switch as often as Python can, and with a build whose debug assertions check the order of locks.
- **memory**: what the C library says is in use after half of the messages and after all, on the driver's own thread.
- **valgrind**: memcheck, a daemon for each kind of driver.
- **stop**: SIGTERM with a driver of every kind and traffic; it has to end within two seconds, with status 0.
- **fuzz**: generated options, messages, `value-pairs()`, `Persist` entries and results of methods, many times more of them than in
  `make check`.

*Lost* are messages that a source was acknowledged, that a file source had read, or in reloads that were posted at all, and that are
missing at a destination; nothing may be. *Again* are messages that came more than once: sources that go on from what was acknowledged
post again what was on its way. That is *at least once*, and not a fault. Memory is what was resident at the start and at the
end, in MiB; in *kill* and *stop* of the first and of the last process.
"""

LIMITS = """
## What does not hold

- A reload that is refused at init (a missing class, `init()` returning False) makes syslog-ng drop what is in the memory queues of those
  destinations that the refused config has made before the one that failed. It is the host's way: its own `http()` loses the same messages
  under the C module. Sources with an ack tracker, and file sources, send them again; what was posted without a tracker is gone.
- Found by `make soak` and mended: on 4.8 with a ConsecutiveAckTracker, stops under load lost messages that the source was acknowledged (4 to
  32 at `workers(2)` in 50 stops, with a `file()` in the same path). A queue that is given up at the end counts as settled for the
  host's tracker, and what `file()` writes after that took the bookmark past it. Now such a tracker saves no bookmark any more once a message has
  been given up. Under the C module it does.
- Found by `make soak` on 4.12 and mended: a source that stopped posting for ever, because its thread waited for the window with
  messages still gathered.
- Python code that blocks in C for ever keeps syslog-ng from stopping.
- Without `flags(flow-control)`, a disk buffer or an ack tracker, what is in memory is lost when the daemon is.
- On syslog-ng 3.38 a file source with a reliable disk buffer reads some lines again after a clean stop, with either module.
"""

AGAIN = """
## Again

```sh
make soak                  # on this machine's syslog-ng; takes about ten minutes
make soak HOST=trixie      # in a folder with that release of Debian, as root; HOST=sid likewise
make soak SHARE=0.1        # a tenth of each, for a quick try
make soak CAMPAIGNS=reload,stop
make soak-proof            # whether each check notices what it is there for
make soak-report           # makes this page
```
"""


def number(text: Any) -> str:
    """A count, or nothing."""
    return "" if text is None else f"{text:,}".replace(",", " ")


def table(rows: List[Dict[str, Any]]) -> List[str]:
    """The table of a host."""
    lines = ["| campaign | what | tried | lost | again | RSS MiB | verdict |", "|---|---|---|---:|---:|---:|---|"]
    for row in rows:
        memory = " → ".join(f"{kib / 1024:.1f}" for kib in row["memory"]) if row["memory"] else ""
        cells = [row["campaign"], row["what"], row["tried"], number(row["lost"]), number(row["again"]), memory, row["verdict"]]
        lines.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    return lines


def notes(rows: List[Dict[str, Any]]) -> List[str]:
    """What else was measured."""
    return [f"- {row['campaign']}, {row['what']}: {'; '.join(row['notes'])}." for row in rows if row["notes"]]


def main() -> None:
    """Reads, and writes the page."""
    folder, output = Path(sys.argv[1]), Path(sys.argv[2])
    # Older hosts come first.
    found = [json.loads(path.read_text()) for path in folder.glob("*.json")]
    found.sort(key=lambda results: [int(part) for part in results["about"]["host"].split()[1].split(".")])
    if not found:
        sys.exit(f"There are no results in {folder}: make soak")
    lines = [INTRODUCTION]
    for results in found:
        about = results["about"]
        lines += [
            f"\n## {about['host']}, Python {about['python']}\n",
            f"{about['date']}, {about['share']:.0%} of each campaign, {about['processor']}.\n",
            *table(results["rows"]),
            "",
            *notes(results["rows"]),
        ]
    lines += [LIMITS, AGAIN]
    output.mkdir(exist_ok=True)
    (output / "reliability.md").write_text("\n".join(lines))


if __name__ == "__main__":
    main()
