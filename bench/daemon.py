# SPDX-License-Identifier: GPL-2.0-or-later
"""A syslog-ng in a folder of its own, and what it takes."""

import os
import platform
import re
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, Callable, Dict, NoReturn, Optional, Sequence

HERE = Path(__file__).resolve().parent
DEADLINE = 180.0
# How often something is looked at that takes no time yet: each look takes the daemon some.
OFTEN = 0.004


def host_variable(name: str) -> str:
    """What the host's pkg-config file says."""
    command = ["pkg-config", f"--variable={name}", "syslog-ng"]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def about() -> Dict[str, Any]:
    """What is measured on."""
    said = subprocess.run(["syslog-ng", "--version"], check=True, capture_output=True, text=True).stdout
    version = next(line.split(":")[1].strip() for line in said.splitlines() if line.startswith("Installer-Version"))
    command = ["/usr/bin/python3", "-c", "import platform; print(platform.python_version())"]
    python = subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()
    model = "unknown"
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            model = line.split(":")[1].strip()
    return {
        "host": f"syslog-ng {version}",
        "python": python,
        "processor": f"{os.cpu_count()} cores of {model}, {platform.machine()}",
        "date": time.strftime("%Y-%m-%d"),
    }


class Daemon:
    """A syslog-ng that runs; ends it when it is left."""

    def __init__(
        self,
        folder: Path,
        added: Dict[str, Path],
        config: str,
        *,
        python: Sequence[Path] = (HERE / "messages.py",),
        environment: Optional[Dict[str, str]] = None,
        options: Sequence[str] = (),
        wrapper: Sequence[str] = (),
        started: bool = True,
    ) -> None:
        self.folder = folder
        modules = folder / "modules"
        modules.mkdir()
        for path in Path(host_variable("moduledir")).glob("*.so"):
            if not path.name.startswith("libmod-python"):
                (modules / path.name).symlink_to(path)
        for name, module in added.items():
            (modules / f"libmod-{name}.so").symlink_to(module)
        (folder / "syslog-ng.conf").write_text(config)
        for file in python:
            shutil.copy(file, folder)
        self.command = [*wrapper, "syslog-ng", "-F", "--no-caps", "--cfgfile", "syslog-ng.conf", "--persist-file", "persist"]
        self.command += ["--control", "ctl", "--pidfile", "pid", "--module-path", str(modules), *options]
        self.environment = {**os.environ, "PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1", **(environment or {})}
        self.environment.pop("VIRTUAL_ENV", None)
        self.log = open(folder / "log", "ab")
        if started:
            self.start()

    def start(self) -> None:
        """Starts it, for the first time or again."""
        self.process: "subprocess.Popen[bytes]" = subprocess.Popen(
            self.command,
            cwd=self.folder,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=self.log,
            stderr=self.log,
        )

    def __enter__(self) -> "Daemon":
        return self

    def __exit__(self, *_what: object) -> None:
        self.process.terminate()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.log.close()

    def count(self, counters: str, name: str) -> Optional[int]:
        """The sum of the counters of that name; none while there are none."""
        try:
            with socket.socket(socket.AF_UNIX) as control:
                control.settimeout(DEADLINE)
                control.connect(os.path.relpath(self.folder / "ctl"))
                control.sendall(b"STATS CSV\n")
                answer = b""
                while not answer.endswith(b"\n.\n"):
                    more = control.recv(65536)
                    if not more:
                        break
                    answer += more
        except OSError:
            return None
        found = re.findall(rf"^{counters};[^;]*;[^;]*;{name};(\d+)$", answer.decode(), re.MULTILINE)
        return sum(map(int, found)) if found else None

    def cpu(self) -> float:
        """Processor time so far, in seconds: of all threads, those that have ended too."""
        # The clock of another process (clock_getcpuclockid(3)): its number, turned around, and which clock.
        return time.clock_gettime((~self.process.pid << 3) | 2)

    def memory(self) -> int:
        """The most memory that was resident, in KiB."""
        status = (Path("/proc") / str(self.process.pid) / "status").read_text()
        found = re.search(r"^VmHWM:\s+(\d+)", status, re.MULTILINE)
        return int(found[1]) if found else 0

    def wait(self, condition: Callable[[], bool], what: str) -> None:
        """Waits for what comes soon."""
        end = time.monotonic() + DEADLINE
        while not condition():
            self.check(end, what)
            time.sleep(OFTEN)

    def wait_for(self, count: Callable[[], int], goal: int, what: str) -> None:
        """Waits for a count to reach its goal, and looks the less often the farther away that is."""
        start, end = time.monotonic(), time.monotonic() + DEADLINE
        before = now = count()
        while now < goal:
            self.check(end, f"{what}: {now} of {goal}")
            took = time.monotonic() - start
            left = (goal - now) * took / (now - before) if now > before else OFTEN
            time.sleep(min(max(left / 2, OFTEN), 1))
            now = count()

    def check(self, end: float, what: str) -> None:
        """Gives up where the daemon has ended, or the time is over."""
        if self.process.poll() is not None or time.monotonic() > end:
            self.fail(f"waited in vain for {what}")

    def fail(self, why: str) -> NoReturn:
        """Ends the run."""
        sys.exit(f"{why}; the daemon said:\n{(self.folder / 'log').read_text()}")
