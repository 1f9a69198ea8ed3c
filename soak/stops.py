# SPDX-License-Identifier: GPL-2.0-or-later
"""Stops by SIGTERM with every kind of driver under load."""

import random
import time
from typing import List

from configs import Everything
from host import Failure, Host, Row, Setting, folder

STOPS = 50
MOST_SECONDS = 2.0


def run(setting: Setting) -> List[Row]:
    """The campaign."""
    row = Row("stop", "SIGTERM, every kind of driver, with traffic")
    with folder() as place:
        everything = Everything(place, acks=True)
        try:
            with Host(place, setting, everything.config()) as host:
                stop_often(host, everything, setting.times(STOPS, 3), row)
        except Failure as error:
            row.problems.append(str(error))
        finally:
            everything.close()
    return [row]


def stop_often(host: Host, everything: Everything, times: int, row: Row) -> None:
    """Does it."""
    chance = random.Random(7)
    slowest = 0.0
    memory = []
    for number in range(times):
        if number:
            host.start()
        host.wait_until_started()
        everything.write_lines(300)
        before = everything.count("send")
        goal = before + chance.randrange(1, 3000)
        host.wait_within(lambda: everything.count("send") > goal, "messages", 60)
        memory.append(host.resident())
        took, status = host.stop()
        slowest = max(slowest, took)
        row.tried = f"{number + 1} stops"
        row.must(status == 0, f"stop {number + 1} ended with {status}")
        row.must(took <= MOST_SECONDS, f"stop {number + 1} took {took:.1f} s")
        if len(row.problems) >= 3:
            break
    row.memory = (memory[0], memory[-1])
    host.start()
    host.wait_until_started()
    # Where a source goes on, it has posted some before; only what is new shows that it posts.
    time.sleep(0.5)
    everything.finish(host, row)
    host.stop()
    row.notes.append(f"the slowest took {slowest:.2f} s; places: {len(everything.arrived)}")
    row.problems += host.complaints()[:3]
