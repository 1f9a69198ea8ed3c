# SPDX-License-Identifier: GPL-2.0-or-later
"""Reloads with every kind of driver running, and with configs in between that are refused."""

import json
import re
import time
from functools import partial
from typing import Callable, Dict, List, NamedTuple, Tuple

from configs import ORDERED, Everything, Server, has_http, without_python
from host import Failure, Host, Row, Setting, folder
from paths import add_lines

RELOADS = 500
REFUSED = 20
"""How often each of the broken configs is tried, with a good one after each three."""
KINDS = {"Send", "Flush", "Batch", "Worker", "Post", "Fetch", "Parse", "Local", "Census"}
MOST_IN_USE = 512 * 1024
"""How many bytes more may be in use at rest, after all reloads."""
MOST_MORE = 2048
"""How many KiB the daemon may grow by more than one without Python does."""


def broken(everything: Everything) -> Dict[str, str]:
    """Configs that are refused, by what is wrong with them."""
    return {
        "Python that cannot be read": "python {\nthis is no Python\n};\n" + everything.config(),
        "a missing class": everything.config(
            'destination d_no { python(class("drivers.Missing")); };\nlog { source(s_file); destination(d_no); };\n'
        ),
        "init() returning False": everything.config(options='"ready" "no"'),
    }


class Alive:
    """What lives, as the class Census writes it down."""

    def __init__(self, host: Host) -> None:
        self.host = host
        self.in_use = 0
        self.first: Dict[str, int] = {}
        self.most: Dict[str, int] = {}
        self.read_to = 0
        self.newest: Tuple[float, Dict[str, int]] = (0.0, {})

    def look(self) -> None:
        """Reads what is new."""
        path = self.host.path("census")
        if not path.exists():
            return
        with open(path, "rb") as file:
            file.seek(self.read_to)
            text = file.read()
        end = text.rfind(b"\n") + 1
        self.read_to += end
        for line in text[:end].splitlines():
            said = json.loads(line)
            self.newest, self.in_use = (said["at"], said["alive"]), said["in_use"]
            for name, count in said["alive"].items():
                self.most[name] = max(self.most.get(name, 0), count)

    def settle(self, after: float) -> None:
        """Waits until no more lives than of one config. What is on its way may keep a source for a moment."""

        def settled() -> bool:
            self.look()
            at, alive = self.newest
            if at <= after:
                return False
            if not self.first:
                self.first = alive
            return alive == self.first

        try:
            self.host.wait_within(settled, "the objects of the old config to go", 15)
        except Failure as error:
            if self.host.process.poll() is not None or self.newest[0] <= after:
                raise
            raise Failure(f"alive are {self.newest[1]}, of one config {self.first}") from error


def no_python(setting: Setting, times: int) -> Tuple[int, int]:
    """Memory at the start and at the end of as many reloads of the SDK's examples."""
    files = setting.files
    server = Server() if has_http() else None
    try:
        with folder() as place:
            more = {"discard": files.discard, "generate": files.generate}
            with Host(place, setting, without_python(server.url if server else None), more=more) as host:
                host.wait_until_started()
                start = 0
                for number in range(times):
                    add_lines(place / "in.txt", "file", number * 20, 20)
                    add_lines(place / "in-http.txt", "http", number * 5, 5)
                    if not host.reload():
                        host.fail("a config was refused")
                    # About as long as it takes to count objects.
                    time.sleep(0.06)
                    if number == warm_up(times):
                        start = rest(host, host.log_size)
                return start, rest(host, host.log_size)
    finally:
        if server:
            server.close()


def rest(host: Host, count: Callable[[], int]) -> int:
    """Waits until nothing moves any more, and gives what is resident."""
    before, since = -1, time.monotonic()

    def still() -> bool:
        nonlocal before, since
        now = count()
        if now != before:
            before, since = now, time.monotonic()
        return time.monotonic() > since + 0.5

    host.wait_within(still, "the traffic to rest", 60)
    return host.resident()


class Rest(NamedTuple):
    """What the daemon has when no message is on its way."""

    resident: int
    in_use: int
    files: int
    threads: int


def hold(host: Host, everything: Everything, alive: Alive) -> Rest:
    """Holds the traffic until all has arrived, and looks."""
    pause = host.path("pause")
    pause.touch()
    resident = rest(host, everything.count)
    alive.settle(time.monotonic())
    found = Rest(resident, alive.in_use, host.open_files(), host.threads())
    pause.unlink()
    return found


def warm_up(times: int) -> int:
    """After so many reloads what is made once has been made."""
    return min(50, times // 3)


def run(setting: Setting) -> List[Row]:
    """The campaign."""
    times, refused = setting.times(RELOADS, 6), setting.times(REFUSED, 1)
    rows = [
        with_everything(setting, "every kind of driver, with traffic", False, partial(reload_all, times)),
        with_everything(setting, "refused ones, with traffic", True, partial(refuse_all, refused)),
    ]
    floor = Row("reload", "discard() and generate() in place of Python", f"{times} reloads")
    try:
        floor.memory = no_python(setting, times)
    except Failure as error:
        floor.problems.append(str(error))
    ours = rows[0]
    if ours.memory and floor.memory:
        more = ours.memory[1] - ours.memory[0] - (floor.memory[1] - floor.memory[0])
        ours.notes.append(f"resident memory grew by {more} KiB more than without Python")
        ours.must(more <= MOST_MORE, f"memory grew by {more} KiB more than without Python")
    return [*rows, floor]


def with_everything(
    setting: Setting, what: str, acks: bool, tries: Callable[[Host, Everything, Alive, Row], None]
) -> Row:
    """Runs a daemon with every kind of driver, and what is common to all that is tried on it."""
    row = Row("reload", what)
    with folder() as place:
        everything = Everything(place, acks)
        try:
            with Host(place, setting, everything.config()) as host:
                host.wait_until_started()
                alive = Alive(host)
                everything.write_lines(200)
                host.wait_within(lambda: everything.count("send") > 500, "the first messages", 60)
                alive.settle(time.monotonic())
                row.must(set(alive.first) >= KINDS, f"only {sorted(alive.first)} were made")
                tries(host, everything, alive, row)
                took, status = host.stop()
                row.must(status == 0, f"it ended with {status}")
                # Of broken configs it has to complain, but not of these things.
                expected = re.compile("SyntaxError|Missing")
                row.problems += [line for line in host.complaints() if not expected.search(line)][:3]
        except Failure as error:
            row.problems.append(str(error))
        finally:
            everything.close()
    return row


def reload_all(times: int, host: Host, everything: Everything, alive: Alive, row: Row) -> None:
    """Reloads that are taken up. Each message of a source without acknowledgement arrives once."""
    start = None
    for number in range(times):
        everything.write_lines(20)
        if not host.reload():
            host.fail("a config was refused")
        alive.settle(time.monotonic())
        if number == warm_up(times):
            start = hold(host, everything, alive)
        row.tried = f"{number + 1} reloads"
        everything.update()
    assert start is not None
    end = hold(host, everything, alive)
    everything.finish(host, row)
    row.memory = (start.resident, end.resident)
    row.notes.append(f"alive with one config: {sum(alive.first.values())} objects, the same after each reload")
    more = end.in_use - start.in_use
    row.notes.append(f"in use {start.in_use} and {end.in_use} bytes at rest: {more:+d}")
    row.must(more < MOST_IN_USE, f"in use grew by {more} bytes")
    # Threads of the host's pool come and go, each with two; http() keeps connections.
    row.must(end.files <= start.files + 8, f"{end.files} open files, {start.files} at the start")
    row.must(end.threads <= start.threads + 4, f"{end.threads} threads, {start.threads} at the start")
    loads = host.path("loads").read_text().count("\n")
    row.must(loads == 1, f"the module was loaded {loads} times, so its state was not kept")
    # Its place is kept in the module alone, so what comes twice or not at all tells of state that was not kept.
    for name, arrived in everything.arrived.items():
        if "post" in arrived.sources:
            again = arrived.sources["post"].again
            row.must(not again, f"{again} messages of post came again at {name}")
    for name in ORDERED:
        late = everything.arrived[name].late()
        row.must(not late, f"{late} messages out of order at {name}")


def refuse_all(times: int, host: Host, everything: Everything, alive: Alive, row: Row) -> None:
    """Reloads that are refused: the old config goes on. Its sources are acknowledged what has arrived."""
    count = 0
    for _ in range(times):
        everything.write_lines(20)
        for what, config in broken(everything).items():
            host.set_config(config)
            if host.reload():
                raise Failure(f"a config with {what} was taken up")
            count += 1
            before = everything.count("send")
            host.wait_within(lambda: everything.count("send") > before + 100, f"messages after {what}", 60)
            alive.settle(time.monotonic())
            row.tried = f"{count} refused reloads"
        host.set_config(everything.config())
        if not host.reload():
            host.fail("a good config was refused")
        alive.settle(time.monotonic())
    everything.finish(host, row)
