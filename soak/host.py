# SPDX-License-Identifier: GPL-2.0-or-later
"""A syslog-ng that is reloaded, stopped and killed; and what a campaign says of it."""

import os
import re
import signal
import sys
import tempfile
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Callable, Dict, Iterator, List, NamedTuple, NoReturn, Optional, Sequence, Tuple

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "bench"))
# pylint: disable=wrong-import-position
from daemon import DEADLINE, Daemon, about, host_variable  # noqa: E402

__all__ = ["DEADLINE", "Failure", "Files", "Host", "Row", "Setting", "about", "folder", "host_variable"]

HERE = Path(__file__).resolve().parent
COMPLAINTS = re.compile(r"panicked|raised an exception|must not return|assertion|Segmentation fault|CRITICAL|deadlock", re.IGNORECASE)


# The build for tests has a hook that makes a callback panic.
PANIC = {"panic": {"SYSLOG_NG_PLUGIN_PANIC_IN": "worker.disconnect"}}


class Failure(Exception):
    """What was waited for in vain, or must not be; the campaign is over."""


class Files(NamedTuple):
    """The modules that are used."""

    module: Path
    for_tests: Path
    """With debug assertions, which check the order of locks."""
    discard: Path
    generate: Path


class Setting(NamedTuple):
    """What all campaigns are given."""

    files: Files
    share: float
    broken: str
    """What is made to go wrong on purpose."""

    def times(self, count: int, least: int = 1) -> int:
        """So often, at this share."""
        return max(int(count * self.share), least)


@dataclass
class Row:
    """A line of the table."""

    campaign: str
    what: str
    tried: str = ""
    lost: Optional[int] = None
    again: Optional[int] = None
    memory: Optional[Tuple[int, int]] = None
    """In KiB, at the start and at the end."""
    notes: List[str] = field(default_factory=list)
    problems: List[str] = field(default_factory=list)
    skipped: str = ""

    def must(self, holds: bool, otherwise: str) -> None:
        """Something has to hold."""
        if not holds:
            self.problems.append(otherwise)

    @property
    def verdict(self) -> str:
        """In words."""
        if self.skipped:
            return "skipped: " + self.skipped
        return "FAILED: " + "; ".join(self.problems) if self.problems else "ok"


@contextmanager
def folder() -> Iterator[Path]:
    """A folder that is gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="soak-", dir=os.environ.get("TMPDIR")) as place:
        made = Path(place) / "d"
        made.mkdir()
        yield made


class Host(Daemon):
    """A syslog-ng in a folder, for as many starts as it takes."""

    def __init__(
        self,
        place: Path,
        setting: Setting,
        config: str,
        *,
        for_tests: bool = False,
        environment: Optional[Dict[str, str]] = None,
        wrapper: Sequence[str] = (),
        more: Optional[Dict[str, Path]] = None,
    ) -> None:
        files = setting.files
        self.ended_badly: List[str] = []
        self.started_in_log = 0
        super().__init__(
            place,
            {"python": files.for_tests if for_tests else files.module, **(more or {})},
            "",
            python=(HERE / "drivers.py",),
            environment={"SOAK_BREAK": setting.broken, **PANIC.get(setting.broken, {}), **(environment or {})},
            # Its events go to the log, from the first on.
            options=("-e",),
            wrapper=wrapper,
            started=False,
        )
        self.set_config(config)
        self.start()

    def __enter__(self) -> "Host":
        return self

    def __exit__(self, *_what: object) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self.log.close()

    def start(self) -> None:
        self.started_in_log = self.log_size()
        super().start()

    def fail(self, why: str) -> NoReturn:
        raise Failure(f"{why}; it said: {self.said()[-1500:]}")

    def set_config(self, config: str) -> None:
        """For the next start or reload."""
        (self.folder / "syslog-ng.conf").write_text("@version: current\n" + config)

    def path(self, name: str) -> Path:
        """A file in the folder."""
        return self.folder / name

    def log_size(self) -> int:
        """How much it has said."""
        return os.fstat(self.log.fileno()).st_size

    def said(self, since: int = 0) -> str:
        """What it said behind there."""
        with open(self.folder / "log", "rb") as file:
            file.seek(since)
            return file.read().decode(errors="replace")

    def wait_within(self, condition: Callable[[], bool], what: str, seconds: float) -> None:
        """Waits for what may take so long."""
        end = time.monotonic() + seconds
        while not condition():
            self.check(end, what)
            time.sleep(0.005)

    def wait_until_started(self) -> None:
        """Waits until it runs."""
        since = self.started_in_log
        self.wait_within(lambda: "syslog-ng starting up" in self.said(since), "the start", DEADLINE)

    def reload(self) -> bool:
        """Reloads the config, and gives whether it was taken up."""
        before = self.log_size()
        self.process.send_signal(signal.SIGHUP)
        said = ""

        def ended() -> bool:
            nonlocal said
            said = self.said(before)
            return "Configuration reload finished" in said or "Error reloading configuration" in said

        self.wait_within(ended, "the end of a reload", 60)
        return "Configuration reload finished" in said and "Error initializing new configuration" not in said

    def stop(self) -> Tuple[float, int]:
        """Stops it as a service manager does; gives how long that took and its exit status."""
        begun = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        # Looks often: what it takes is measured.
        while self.process.poll() is None and time.monotonic() < begun + 60:
            time.sleep(0.002)
        if self.process.poll() is None:
            self.fail("it does not end")
        return time.monotonic() - begun, self.process.returncode

    def kill(self) -> None:
        """Ends it as a crash of the machine would, but for what the kernel holds."""
        self.process.kill()
        status = self.process.wait()
        if status != -signal.SIGKILL:
            self.fail(f"it had ended before it was killed, with {status}")

    def resident(self) -> int:
        """Resident memory, in KiB."""
        status = (Path("/proc") / str(self.process.pid) / "status").read_text()
        found = re.search(r"^VmRSS:\s+(\d+)", status, re.MULTILINE)
        return int(found[1]) if found else 0

    def open_files(self) -> int:
        """How many it has open."""
        return len(os.listdir(f"/proc/{self.process.pid}/fd"))

    def threads(self) -> int:
        """How many it has."""
        return len(os.listdir(f"/proc/{self.process.pid}/task"))

    def complaints(self) -> List[str]:
        """What it said that it must not have to say."""
        return [line[:300] for line in self.said().splitlines() if COMPLAINTS.search(line)]
