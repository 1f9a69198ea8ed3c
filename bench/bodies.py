# SPDX-License-Identifier: GPL-2.0-or-later
"""The Python code of the benchmark in a loop, without syslog-ng: what the interpreter alone takes.

usage: bodies.py NAME MESSAGES

Prints microseconds of processor time a message. A dict of bytes stands in for the message that syslog-ng hands over, a list of
tuples for what a batch has, and a str for a new message.
"""

import sys
import time
from typing import Any, Callable, Dict, List, Tuple

import messages

ROWS: List[Tuple[bytes, bytes]] = [(b"a host", b"a message of a benchmark")] * 1000


def message() -> Dict[str, Any]:
    return {"HOST": b"a host", "MESSAGE": b"a message of a benchmark"}


def repeat(call: Callable[[Any], Any], argument: Any, count: int) -> None:
    for _ in range(count):
        call(argument)


def send(count: int) -> None:
    repeat(messages.Send().send, message(), count)


def send_slowly(count: int) -> None:
    repeat(messages.SendSlowly().send, message(), count)


def send_flush(count: int) -> None:
    destination = messages.SendFlush()
    destination.QUEUED = 1
    send, flush, argument = destination.send, destination.flush, message()
    for _ in range(count // len(ROWS)):
        for _ in ROWS:
            send(argument)
        flush()


class Batch:
    """Has its rows ready."""

    def values(self, *names: str) -> List[Tuple[bytes, bytes]]:
        return ROWS


def send_batch(count: int) -> None:
    repeat(messages.SendBatch().send_batch, Batch(), count // len(ROWS))


def of_source(source: Any, count: int) -> Any:
    source.init({"message": "a message of a benchmark", "count": count, "go": "."})
    return source


def post(count: int) -> None:
    of_source(messages.Post(), count).run()


def post_many(count: int) -> None:
    of_source(messages.PostMany(), count).run()


def fetch(count: int) -> None:
    fetch = of_source(messages.Fetch(), count).fetch
    for _ in range(count):
        fetch()


def fetch_many(count: int) -> None:
    fetch = of_source(messages.FetchMany(), count).fetch
    for _ in range(count // messages.MANY):
        fetch()


def parse(count: int) -> None:
    repeat(messages.Parse().parse, {}, count)


def function(count: int) -> None:
    function, argument = messages.function, message()
    for _ in range(count):
        function(argument, b"a message of a benchmark")


def both(count: int) -> None:
    post(count)
    send(count)


BODIES: Dict[str, Callable[[int], None]] = {
    body.__name__: body
    for body in (send, send_slowly, send_flush, send_batch, post, post_many, fetch, fetch_many, parse, function, both)
}


def main() -> None:
    body, count = BODIES[sys.argv[1]], int(sys.argv[2])
    times = []
    for _ in range(5):
        start = time.process_time()
        body(count)
        times.append(time.process_time() - start)
    # The least disturbed.
    print(min(times) / count * 1e6)


if __name__ == "__main__":
    main()
