# SPDX-License-Identifier: GPL-2.0-or-later
"""A daemon for each kind of driver under valgrind's memcheck: no invalid access, and nothing of this module lost."""

import shutil
import subprocess
import xml.etree.ElementTree as ElementTree
from pathlib import Path
from typing import List, NamedTuple

import memory
from configs import Server, has_http
from host import HERE, Failure, Host, Row, Setting, folder

HALF = 500
"""Half the messages of each kind."""
ENVIRONMENT = {"PYTHONMALLOC": "malloc"}
MODULE = "mod_python.so"


class Found(NamedTuple):
    """What valgrind tells of."""

    what: str
    leak: bool
    ours: bool
    """Whether this module is on its stack."""


def command(place: Path) -> List[str]:
    """In front of syslog-ng's own."""
    options = "--tool=memcheck --leak-check=full --show-leak-kinds=definite --errors-for-leak-kinds=definite --fair-sched=yes"
    options += f" --num-callers=60 --keep-debuginfo=yes --child-silent-after-fork=yes --suppressions={HERE / 'valgrind.supp'}"
    return ["valgrind", *options.split(), "--xml=yes", f"--xml-file={place / 'valgrind.xml'}", "--log-file=/dev/null"]


def read(path: Path) -> List[Found]:
    """All that it found."""
    found = []
    for error in ElementTree.parse(path).getroot().iter("error"):
        kind = error.findtext("kind") or ""
        frames = [frame for stack in error.findall("stack")[:1] for frame in stack.findall("frame")]
        ours = [frame.findtext("fn") or "?" for frame in frames if MODULE in (frame.findtext("obj") or "")]
        names = [frame.findtext("fn") or "?" for frame in frames]
        text = f"{kind} in {' < '.join(names[:4])}" + (f", called by {ours[0]}" if ours else "")
        found.append(Found(text, kind.startswith("Leak_"), bool(ours)))
    return found


def run(setting: Setting) -> List[Row]:
    """The campaign: a row for each kind, and one for what is left out."""
    rows = []
    for kind in memory.KINDS:
        if "http" in kind.name and not has_http():
            continue
        row = Row("valgrind", kind.name, f"{HALF * 2} messages")
        rows.append(row)
        if not shutil.which("valgrind"):
            row.skipped = "valgrind is not installed"
            continue
        server = Server() if "http" in kind.name else None
        try:
            with folder() as place:
                text = memory.config(kind, HALF, server.url if server else "")
                more = {"discard": setting.files.discard} if memory.DISCARD in text else {}
                with Host(
                    place, setting, text, for_tests=True, environment=ENVIRONMENT, more=more, wrapper=command(place)
                ) as host:
                    memory.measure(host, kind, HALF, row, exact=False)
                judge(read(place / "valgrind.xml"), row)
        except (Failure, ElementTree.ParseError) as error:
            row.problems.append(str(error))
        finally:
            if server:
                server.close()
    rows.append(Row("ASan", "every kind of driver", skipped=without_asan()))
    return rows


def judge(found: List[Found], row: Row) -> None:
    """What is a problem of it."""
    invalid = [one.what for one in found if not one.leak]
    lost = [one.what for one in found if one.leak and one.ours]
    others = sum(one.leak and not one.ours for one in found)
    row.notes.append(f"invalid accesses: {len(invalid)}; lost: {len(lost)} by this module, {others} without it on the stack")
    row.must(not invalid, f"{len(invalid)} invalid accesses: {invalid[:2]}")
    row.must(not lost, f"{len(lost)} blocks lost: {lost[:3]}")


def without_asan() -> str:
    """Why there is no run with AddressSanitizer."""
    said = subprocess.run(["rustc", "--version"], capture_output=True, text=True, check=False).stdout.strip()
    return f"AddressSanitizer takes a nightly rustc (-Z sanitizer=address); here is {said or 'none'}"
