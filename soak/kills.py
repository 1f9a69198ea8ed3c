# SPDX-License-Identifier: GPL-2.0-or-later
"""kill -9 under load, with what is to survive it: disk buffers, acknowledgement with bookmarks, and Persist."""

import random
import time
from pathlib import Path
from typing import List

from arrived import Arrived
from host import Failure, Host, Row, Setting, folder
from paths import Paths

KILLS = 100
DISK = "disk-buffer(disk-buf-size(104857600) mem-buf-size(1000000) reliable(yes) dir(\"%s\"))"


class Surviving(Paths):
    """Sources that know what has arrived; with destinations that send at once, and with queues on disk."""

    posting = ("fetch", "acked", "disked")

    def __init__(self, place: Path) -> None:
        sources = {
            "plain": ("fetch", "acked"),
            "file": ("file",),
            "disk": ("file", "disked"),
            "workers": ("file", "disked"),
        }
        super().__init__(place, {name: Arrived("", place / f"out-{name}") for name in sources}, dict(sources))

    def config(self) -> str:
        """The config."""
        disk = DISK % self.place
        return (
            'source s_file { file("in.txt" flags(no-parse) follow-freq(0.05)); };\n'
            'source s_fetch { python-fetcher(class("drivers.Fetch") options("name" "fetch") log-iw-size(100)); };\n'
            'source s_acked { python(class("drivers.Post") options("name" "acked" "acks" "yes") persist-name("acked")\n'
            "    log-iw-size(100)); };\n"
            'source s_disked { python(class("drivers.Post") options("name" "disked" "acks" "yes") persist-name("disked")\n'
            "    log-iw-size(100)); };\n"
            'destination d_plain { python(class("drivers.Send") options("file" "out-plain") persist-name("plain")); };\n'
            'destination d_file { python(class("drivers.Flush") options("file" "out-file") batch-lines(100)\n'
            '    batch-timeout(50) persist-name("file")); };\n'
            'destination d_disk { python(class("drivers.Send") options("file" "out-disk") persist-name("disk")\n'
            f"    {disk}); }};\n"
            'destination d_workers { python(class("drivers.Batch") options("file" "out-workers") batch-lines(50)\n'
            f'    batch-timeout(50) workers(2) persist-name("workers") {disk}); }};\n'
            "log { source(s_fetch); source(s_acked); destination(d_plain); flags(flow-control); };\n"
            "log { source(s_file); destination(d_file); flags(flow-control); };\n"
            "log { source(s_file); source(s_disked); destination(d_disk); destination(d_workers); flags(flow-control); };\n"
        )


def run(setting: Setting) -> List[Row]:
    """The campaign."""
    row = Row("kill -9", "reliable disk-buffer, ack trackers, Persist, file source")
    with folder() as place:
        paths = Surviving(place)
        try:
            with Host(place, setting, paths.config()) as host:
                kill_often(host, paths, setting.times(KILLS, 5), row)
        except Failure as error:
            row.problems.append(str(error))
    return [row]


def kill_often(host: Host, paths: Surviving, times: int, row: Row) -> None:
    """Does it."""
    chance = random.Random(11)
    early = 0
    memory = []
    for number in range(times):
        if number:
            host.start()
        if number % 5 == 4:
            # Somewhere in its start, if that takes as long.
            time.sleep(chance.uniform(0.0, 0.3))
            early += "syslog-ng starting up" not in host.said(host.started_in_log)
        else:
            host.wait_until_started()
            paths.write_lines(chance.randrange(200, 1500))
            at = chance.choice(["", "disk", "plain"])
            goal = paths.count(at) + chance.randrange(1, 2000)
            host.wait_within(lambda: paths.count(at) > goal, f"messages at {at or 'all'}", 60)
            memory.append(host.resident())
        host.kill()
        row.tried = f"{number + 1} kills, {early} of them during the start"
    row.memory = (memory[0], memory[-1])
    host.start()
    host.wait_until_started()
    time.sleep(0.5)
    paths.finish(host, row)
    took, status = host.stop()
    row.must(status == 0, f"in the end it ended with {status}")
    row.problems += host.complaints()[:3]
