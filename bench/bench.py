# SPDX-License-Identifier: GPL-2.0-or-later
"""Measures the module against the host's C module: the same config and Python, in turns, in one run.

usage: bench.py MODULE DISCARD GENERATE [--rounds N] [--messages N] [--cases TEXT]

MODULE is our libmod-python.so, DISCARD and GENERATE the SDK's example destination and source without Python, which are the
floor: what the host itself takes. What stands in the table are medians over the rounds. "limit" is that floor plus the Python
body alone in a loop.
"""

import argparse
import json
import os
import re
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Dict, List, NamedTuple, Optional

HERE = Path(__file__).resolve().parent
DEADLINE = 180.0
TICKS = os.sysconf("SC_CLK_TCK")


class Result(NamedTuple):
    """What one run of one case gave."""

    rate: float
    """Messages a second."""
    cpu: float
    """Processor time of the daemon, in microseconds a message."""
    memory: int
    """The most memory that was resident, in KiB."""


class Case(NamedTuple):
    """What is measured of a destination."""

    name: str
    drain: bool
    """All messages are in the queue before the first is sent, so that only the destination's thread is measured."""
    python: str = "Send"
    """The class in messages.py."""
    options: str = ""
    """What the driver has on top."""


CASES = [
    Case("send(), end to end", False),
    Case("drain send()", True),
    # The C module has no send_batch(): there the class's send() and flush() do the same.
    Case("drain send_batch()", True, "SendBatch", "batch-lines(1000)"),
]


class SourceCase(NamedTuple):
    """What is measured of a source."""

    name: str
    path: str
    """Where its messages go in the config."""
    driver: str
    """The driver that is Python's."""


QUEUE = "destination d { discard(persist-name(\"bench\")); };\nlog { source(s); destination(d); flags(flow-control); };"
ALONE = "log { source(s); };"
POST = 'python(class("messages.Post")'
FETCH = 'python-fetcher(class("messages.Fetch")'
SOURCE_CASES = [
    SourceCase("post_message(), queue", QUEUE, POST),
    SourceCase("post_message(), alone", ALONE, POST),
    SourceCase("fetch(), queue", QUEUE, FETCH),
    SourceCase("fetch(), alone", ALONE, FETCH),
]
class PathCase(NamedTuple):
    """What is measured of something on the way from a file to a destination that discards messages."""

    name: str
    python: str
    """A parser or a rewrite rule called p that is Python's."""
    plain: str
    """The same without Python; nothing where there is no such thing."""
    use: str
    """How p is used in the log path."""


PATH_CASES = [
    PathCase("parser", 'parser p { python(class("messages.Parse")); };', "", "parser(p);"),
    PathCase(
        "template function",
        'rewrite p { set("$(python messages.function)" value("bench.one")); };',
        'rewrite p { set("a value" value("bench.one")); };',
        "rewrite(p);",
    ),
]
TEXT = "a message of a benchmark, about as long as the lines of a log are"


def config(case: Case, destination: str, messages: int) -> str:
    size = f"log-fifo-size({messages + 1000})" if case.drain else ""
    flags = "" if case.drain else "flags(flow-control);"
    return f"""@version: current
{module_line(destination)}
source s {{ file("in.txt" flags(no-parse) follow-freq(0.05) log-fetch-limit(1000) log-iw-size(10000)); }};
destination d {{ {driver(case, destination, size)} }};
log {{ source(s); destination(d); {flags} }};
"""


def module_line(driver: str) -> str:
    """What a config says to have a module; Python's is found without, and the C module of 4.8 does not survive the line."""
    return "" if driver == "python" else f"@module mod-{driver}"


def driver(case: Case, destination: str, size: str) -> str:
    if destination == "python":
        class_ = f'class("messages.{case.python}") options("go" "go") persist-name("bench")'
        return f"python({class_} {size} {case.options});"
    return f'discard(wait-for("go") time-reopen(1) persist-name("bench") {size});'


def source_config(case: SourceCase, source: str, messages: int) -> str:
    driver = f'generate(message("{TEXT}") count({messages}) wait-for("go")'
    if source == "python":
        driver = f'{case.driver} options("message" "{TEXT}" "count" "{messages}" "go" "go")'
    return f"""@version: current
{module_line(source)}
@module mod-discard
source s {{ {driver} persist-name("bench") log-iw-size(10000)); }};
{case.path}
"""


def path_config(case: PathCase, kind: str) -> str:
    statement = case.python if kind == "python" else case.plain
    return f"""@version: current
@module mod-discard
source s {{ file("in.txt" flags(no-parse) follow-freq(0.05) log-fetch-limit(1000) log-iw-size(10000)); }};
{statement}
destination d {{ discard(persist-name("bench")); }};
log {{ source(s); {case.use if statement else ""} destination(d); flags(flow-control); }};
"""


class Daemon:
    """A syslog-ng in a folder of its own."""

    def __init__(self, folder: Path, added: Dict[str, Path], text: str, counters: str = r"dst\.\w+;d#0") -> None:
        self.folder = folder
        self.counters = counters
        modules = folder / "modules"
        modules.mkdir()
        for path in Path(host_variable("moduledir")).glob("*.so"):
            if not path.name.startswith("libmod-python"):
                (modules / path.name).symlink_to(path)
        for name, module in added.items():
            (modules / f"libmod-{name}.so").symlink_to(module)
        (folder / "syslog-ng.conf").write_text(text)
        shutil.copy(HERE / "messages.py", folder)
        command = ["syslog-ng", "-F", "--no-caps", "--cfgfile", "syslog-ng.conf", "--persist-file", "persist"]
        command += ["--control", "ctl", "--pidfile", "pid", "--module-path", str(modules)]
        environment = {**os.environ, "PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1"}
        environment.pop("VIRTUAL_ENV", None)
        self.log = open(folder / "log", "wb")
        self.process = subprocess.Popen(
            command, cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log
        )
        self.wait(lambda: (folder / "ctl").exists() and self.counter("processed") is not None, "start")

    def counter(self, name: str) -> Optional[int]:
        """The counter of that name of what is measured."""
        try:
            with socket.socket(socket.AF_UNIX) as control:
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
        found = re.search(rf"^{self.counters};[^;]*;[^;]*;{name};(\d+)$", answer.decode(), re.MULTILINE)
        return int(found[1]) if found else None

    def cpu(self) -> float:
        """Processor time so far, in seconds."""
        fields = (Path("/proc") / str(self.process.pid) / "stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICKS

    def memory(self) -> int:
        status = (Path("/proc") / str(self.process.pid) / "status").read_text()
        found = re.search(r"^VmHWM:\s+(\d+)", status, re.MULTILINE)
        return int(found[1]) if found else 0

    def wait(self, condition, what: str) -> None:
        end = time.monotonic() + DEADLINE
        while not condition():
            if self.process.poll() is not None or time.monotonic() > end:
                self.stop()
                sys.exit(f"waited in vain for the {what}; the daemon said:\n{(self.folder / 'log').read_text()}")
            time.sleep(0.003)

    def stop(self) -> None:
        self.process.terminate()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.log.close()


def host_variable(name: str) -> str:
    command = ["pkg-config", f"--variable={name}", "syslog-ng"]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


def c_module() -> Path:
    found = sorted(Path(host_variable("moduledir")).glob("libmod-python.cpython-*.so"))
    if not found:
        sys.exit("The host's C module is not there; the package syslog-ng-mod-python has it.")
    return found[0]


def run(case: Case, destination: str, module: Path, messages: int, lines: Path) -> Result:
    folder = Path(tempfile.mkdtemp(prefix="bench-", dir=os.environ.get("TMPDIR")))
    try:
        daemon = Daemon(folder, {destination: module}, config(case, destination, messages))
        try:
            if not case.drain:
                (folder / "go").touch()
                daemon.wait(lambda: True, "connection")
            os.link(lines, folder / "in.txt")
            if case.drain:
                daemon.wait(lambda: daemon.counter("queued") == messages, "queue to be full")
                (folder / "go").touch()
            daemon.wait(lambda: (daemon.counter("written") or 0) > 0, "first message")
            start = (time.monotonic(), daemon.cpu(), daemon.counter("written") or 0)
            daemon.wait(lambda: daemon.counter("written") == messages, "last message")
            seconds, cpu = time.monotonic() - start[0], daemon.cpu() - start[1]
            measured = messages - start[2]
            return Result(measured / seconds, cpu / measured * 1e6, daemon.memory())
        finally:
            daemon.stop()
    finally:
        shutil.rmtree(folder)


def run_path(case: PathCase, kind: str, module: Path, discard: Path, messages: int, lines: Path) -> Result:
    folder = Path(tempfile.mkdtemp(prefix="bench-", dir=os.environ.get("TMPDIR")))
    try:
        added = {"discard": discard, "python": module} if kind == "python" else {"discard": discard}
        daemon = Daemon(folder, added, path_config(case, kind))
        try:
            os.link(lines, folder / "in.txt")
            daemon.wait(lambda: (daemon.counter("written") or 0) > 0, "first message")
            start = (time.monotonic(), daemon.cpu(), daemon.counter("written") or 0)
            daemon.wait(lambda: daemon.counter("written") == messages, "last message")
            seconds, cpu = time.monotonic() - start[0], daemon.cpu() - start[1]
            measured = messages - start[2]
            return Result(measured / seconds, cpu / measured * 1e6, daemon.memory())
        finally:
            daemon.stop()
    finally:
        shutil.rmtree(folder)


def run_source(case: SourceCase, source: str, module: Path, discard: Path, messages: int) -> Result:
    folder = Path(tempfile.mkdtemp(prefix="bench-", dir=os.environ.get("TMPDIR")))
    try:
        daemon = Daemon(
            folder, {source: module, "discard": discard}, source_config(case, source, messages), r"src\.\w+;s#0"
        )
        try:
            start = (time.monotonic(), daemon.cpu())
            (folder / "go").touch()
            daemon.wait(lambda: daemon.counter("processed") == messages, "last message")
            seconds, cpu = time.monotonic() - start[0], daemon.cpu() - start[1]
            return Result(messages / seconds, cpu / messages * 1e6, daemon.memory())
        finally:
            daemon.stop()
    finally:
        shutil.rmtree(folder)


SEND = "send = messages.Send().send; message = {'HOST': b'host', 'MESSAGE': b'message'}", "send(message)"
# With the rows in place of the batch.
SEND_BATCH = (
    "send_batch = messages.SendBatch().send_batch; rows = [(b'host', b'message')] * 1000\n"
    "class Batch:\n    def values(self, *names): return rows\n"
    "batch = Batch()",
    "send_batch(batch)",
)
PARSE = "parse = messages.Parse().parse; message = {}", "parse(message)"
FUNCTION = "function = messages.function; message = {}", "function(message)"
# With a class that does nothing in place of the message.
MAKE = "class Message:\n    def __init__(self, text): pass\n", "Message('text')"


def body(messages: int, prepare: str, call: str) -> float:
    """Microseconds that a Python body takes by itself."""
    code = (
        "import sys, time; sys.path.insert(0, sys.argv[1])\n"
        f"{'import messages' if 'messages' in prepare else ''}\n"
        f"{prepare}\n"
        "start = time.process_time()\n"
        f"for _ in range({messages}): {call}\n"
        f"print((time.process_time() - start) / {messages} * 1e6)"
    )
    command = ["/usr/bin/python3", "-c", code, str(HERE)]
    return float(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("module", type=Path)
    parser.add_argument("discard", type=Path)
    parser.add_argument("generate", type=Path)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--messages", type=int, default=1_000_000)
    parser.add_argument("--cases", default="", help="only those whose names contain this")
    parser.add_argument("--json", type=Path, help="write all results there too")
    arguments = parser.parse_args()
    contestants = {
        "C module": ("python", c_module()),
        "ours": ("python", arguments.module.resolve()),
        "no Python": ("discard", arguments.discard.resolve()),
    }
    results: Dict[str, Dict[str, List[Result]]] = {}
    with tempfile.TemporaryDirectory(prefix="bench-lines-") as folder:
        lines = Path(folder) / "lines"
        with open(lines, "w") as file:
            for number in range(arguments.messages):
                file.write(f"message {number} of a benchmark, about as long as the lines of a log are\n")
        for case in (case for case in CASES if arguments.cases in case.name):
            gathered: Dict[str, List[Result]] = {name: [] for name in contestants}
            # The first round warms the machine up and does not count.
            for number in range(arguments.rounds + 1):
                for name, (destination, module) in contestants.items():
                    result = run(case, destination, module, arguments.messages, lines)
                    if number:
                        gathered[name].append(result)
            results[case.name] = gathered
        for path_case in (case for case in PATH_CASES if arguments.cases in case.name):
            gathered = {name: [] for name in contestants}
            for number in range(arguments.rounds + 1):
                for name, (kind, module) in contestants.items():
                    result = run_path(
                        path_case, kind, module, arguments.discard.resolve(), arguments.messages, lines
                    )
                    if number:
                        gathered[name].append(result)
            results[path_case.name] = gathered
        sources = {**contestants, "no Python": ("generate", arguments.generate.resolve())}
        discard = arguments.discard.resolve()
        for source_case in (case for case in SOURCE_CASES if arguments.cases in case.name):
            gathered = {name: [] for name in sources}
            for number in range(arguments.rounds + 1):
                for name, (source, module) in sources.items():
                    result = run_source(source_case, source, module, discard, arguments.messages)
                    if number:
                        gathered[name].append(result)
            results[source_case.name] = gathered
    if arguments.json:
        arguments.json.write_text(json.dumps(results))
    send, make = body(arguments.messages, *SEND), body(arguments.messages, *MAKE)
    # A batch of the bench holds a thousand messages.
    send_batch = body(arguments.messages // 1000, *SEND_BATCH) / 1000
    parse, function = body(arguments.messages, *PARSE), body(arguments.messages, *FUNCTION)
    bodies = {"parser": parse, "template function": function}
    print(f"{arguments.messages} messages, medians of {arguments.rounds} rounds")
    print(
        f"the Python body alone: send() {send:.2f} µs, send_batch() {send_batch:.2f} µs, a source's {make:.2f} µs, "
        f"parse() {parse:.2f} µs, a function {function:.2f} µs"
    )
    print(f"{'case':<22} {'':<10} {'msg/s':>10} {'± %':>5} {'CPU µs':>8} {'RSS MiB':>8} {'to C':>6} {'to limit':>8}")
    for case_name, gathered in results.items():
        median = {name: Result(*map(statistics.median, zip(*list_))) for name, list_ in gathered.items()}
        python = send_batch if "send_batch()" in case_name else send if "send()" in case_name else make
        python = bodies.get(case_name, python)
        limit = median["no Python"].cpu + python
        for name, result in median.items():
            rates = [one.rate for one in gathered[name]]
            spread = (max(rates) - min(rates)) / 2 / result.rate * 100
            ratio = result.rate / median["C module"].rate
            print(
                f"{case_name:<22} {name:<10} {result.rate:>10.0f} {spread:>5.0f} {result.cpu:>8.2f} "
                f"{result.memory / 1024:>8.1f} {ratio:>6.2f} {result.cpu / limit:>8.2f}"
            )


if __name__ == "__main__":
    main()
