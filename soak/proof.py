# SPDX-License-Identifier: GPL-2.0-or-later
"""Breaks one thing after another in the Python classes, and fails where a campaign does not notice.

Takes what soak.py takes: MODULE FOR_TESTS DISCARD GENERATE.
"""

import signal
import sys
from pathlib import Path
from typing import List, NamedTuple

import memory
from host import Files, Setting
from soak import try_all


class Breakage(NamedTuple):
    """Something that goes wrong, and what a campaign has to say of it."""

    campaign: str
    broken: str
    said: str


BREAKAGES = [
    Breakage("reload", "keep", "alive are"),
    Breakage("reload", "lose", "lost: "),
    Breakage("reload", "forget", "came again at"),
    Breakage("reload", "keep-files", "open files"),
    Breakage("reload", "bloat", "memory grew by"),
    Breakage("reload", "raise", "raised an exception"),
    Breakage("kill", "ack-early", "lost: "),
    Breakage("kill", "lose", "lost: "),
    Breakage("kill", "refuse", "waited in vain for the start"),
    Breakage("threads", "lose", "missing: "),
    Breakage("threads", "no-acks", "acknowledged"),
    Breakage("threads", "panic", "panicked"),
    Breakage("memory", "leak", "in use grew by"),
    Breakage("valgrind", "invalid", "invalid accesses"),
    Breakage("valgrind", "lost-block", "blocks lost"),
    Breakage("stop", "slow-stop", " took "),
    Breakage("stop", "ack-early", "lost: "),
    Breakage("stop", "exit", "ended with"),
]


def main() -> None:
    """Tries them all."""
    # As in soak.py.
    signal.signal(signal.SIGTERM, lambda *_what: sys.exit(1))
    files = Files(*(Path(name).resolve() for name in sys.argv[1:5]))
    wanted = sys.argv[5:]
    # Enough to see it.
    memory.KINDS[:] = [kind for kind in memory.KINDS if kind.name in ("post_messages()", "fetch() of one", "send()")]
    unnoticed: List[str] = []
    for breakage in BREAKAGES:
        if wanted and breakage.broken not in wanted and breakage.campaign not in wanted:
            continue
        rows = try_all(Setting(files, 0.04, breakage.broken), [breakage.campaign])
        noticed = any(breakage.said in problem for row in rows for problem in row.problems)
        print(f"{breakage.campaign}: {breakage.broken} {'is noticed' if noticed else 'IS NOT NOTICED'}", flush=True)
        if not noticed:
            unnoticed.append(breakage.broken)
    sys.exit(bool(unnoticed))


if __name__ == "__main__":
    main()
