# SPDX-License-Identifier: GPL-2.0-or-later
"""Reloads with every kind of driver running, and with configs in between that are refused."""

import json
import re
import time
from typing import Dict, List, Tuple

from configs import ORDERED, Everything, without_python
from host import Failure, Host, Row, Setting, folder

RELOADS = 500
REFUSED = 20
"""How often each of the broken configs is tried."""
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
            self.newest = (said["at"], said["alive"])
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
    with folder() as place:
        files = setting.files
        more = {"discard": files.discard, "generate": files.generate}
        with Host(place, setting, without_python(), more=more) as host:
            host.wait_until_started()
            start = 0
            for number in range(times):
                with open(place / "in.txt", "a", encoding="ascii") as file:
                    file.writelines(f"file {number}\n" for _ in range(20))
                if not host.reload():
                    host.fail("a config was refused")
                if number == warm_up(times):
                    start = host.resident()
                time.sleep(0.06)
            end = host.resident()
            host.stop()
            return start, end


def warm_up(times: int) -> int:
    """After so many reloads what is made once has been made."""
    return min(20, times // 3)


def run(setting: Setting) -> List[Row]:
    """The campaign."""
    times = setting.times(RELOADS, 6)
    row = Row("reload", "every kind of driver, with traffic")
    with folder() as place:
        everything = Everything(place, acks=False)
        try:
            with Host(place, setting, everything.config()) as host:
                reload_all(host, everything, times, setting.times(REFUSED, 1), row)
        except Failure as error:
            row.problems.append(str(error))
        finally:
            everything.close()
    floor = Row("reload", "discard() and generate() in place of Python", f"{times} reloads")
    try:
        floor.memory = no_python(setting, times)
    except Failure as error:
        floor.problems.append(str(error))
    if row.memory and floor.memory:
        more = row.memory[1] - row.memory[0] - (floor.memory[1] - floor.memory[0])
        row.notes.append(f"memory grew by {more} KiB more than without Python")
        row.must(more <= MOST_MORE, f"memory grew by {more} KiB more than without Python")
    return [row, floor]


def reload_all(host: Host, everything: Everything, times: int, refused: int, row: Row) -> None:
    """Does it."""
    host.wait_until_started()
    alive = Alive(host)
    everything.write_lines(20)
    host.wait_within(lambda: everything.count("send") > 500, "the first messages", 60)
    alive.settle(time.monotonic())
    kinds = set(alive.first)
    row.must(
        kinds >= {"Send", "Flush", "Batch", "Worker", "Post", "Fetch", "Parse", "Local", "Census"},
        f"only {sorted(kinds)} were made",
    )
    start, files, threads = 0, 0, 0
    bad = {what: 0 for what in broken(everything)}
    every = max(times // refused, 1)
    for number in range(times):
        everything.write_lines(20)
        if not host.reload():
            host.fail("a config was refused")
        alive.settle(time.monotonic())
        if number % every == 0 and bad["a missing class"] < refused:
            for what, config in broken(everything).items():
                host.set_config(config)
                if host.reload():
                    raise Failure(f"a config with {what} was taken up")
                bad[what] += 1
                before = everything.count("send")
                host.wait_within(lambda: everything.count("send") > before + 100, f"messages after {what}", 60)
            host.set_config(everything.config())
            if not host.reload():
                host.fail("a good config was refused")
            alive.settle(time.monotonic())
        if number == warm_up(times):
            start, files, threads = host.resident(), host.open_files(), host.threads()
        everything.update()
    row.tried = f"{times} reloads, {sum(bad.values())} refused ones"
    everything.finish(host, row)
    alive.settle(time.monotonic())
    row.memory = (start, host.resident())
    row.notes.append(f"places: {len(everything.arrived)}")
    row.notes.append(f"alive with one config {sum(alive.first.values())} objects, the same after each reload")
    row.must(host.open_files() <= files + 3, f"{host.open_files()} open files, {files} at the start")
    row.must(host.threads() <= threads + 4, f"{host.threads()} threads, {threads} at the start")
    loads = host.path("loads").read_text().count("\n")
    row.must(loads == 1, f"the module was loaded {loads} times, so its state was not kept")
    # Its place is kept in the module alone, so what comes twice or not at all tells of state that was not kept.
    for name, arrived in everything.arrived.items():
        if name != "http":
            again = arrived.sources["post"].again if "post" in arrived.sources else 0
            row.must(not again, f"{again} messages of post came again at {name}")
    for name in ORDERED:
        late = everything.arrived[name].late()
        row.must(not late, f"{late} messages out of order at {name}")
    took, status = host.stop()
    row.must(status == 0, f"it ended with {status}")
    row.notes.append(f"ended in {took:.2f} s")
    # Of broken configs it has to complain, but not of these things.
    expected = re.compile("SyntaxError|Missing")
    row.problems += [line for line in host.complaints() if not expected.search(line)][:3]
