# SPDX-License-Identifier: GPL-2.0-or-later
"""The Python side of the soak runs: a class of each kind, whose messages are numbered.

A message is "NAME NUMBER", where NAME is the source's; the parsers put a letter each behind it. SOAK_BREAK in the environment
names something that is to go wrong, so that a run shows that it is noticed.
"""

import ctypes
import gc
import json
import os
import sys
import threading
import time
import weakref
from typing import Any, Callable, Dict, List, Tuple

from syslogng import (
    BatchedAckTracker,
    ConsecutiveAckTracker,
    InstantAckTracker,
    LogDestination,
    LogFetcher,
    LogMessage,
    LogParser,
    LogSource,
    Persist,
)

BREAK = os.environ.get("SOAK_BREAK", "")
PAUSE = float(os.environ.get("SOAK_PAUSE", "0.005"))
"""How long a source waits between its groups of messages."""

if "SOAK_SWITCH_INTERVAL" in os.environ:
    sys.setswitchinterval(float(os.environ["SOAK_SWITCH_INTERVAL"]))

instances: Dict[str, "weakref.WeakSet[Any]"] = {}
kept: List[Any] = []
positions: Dict[str, int] = {}
"""The next number of each source without acknowledgement. A reload has to leave it alone."""
lock = threading.Lock()


def append(name: str, text: str) -> None:
    """Adds to a file at once: what is written is there even if the daemon is killed."""
    with open(name, "a", encoding="utf-8") as file:
        file.write(text)


def replace(name: str, text: str) -> None:
    """Makes a file that is never seen half written."""
    with open(name + ".new", "w", encoding="utf-8") as file:
        file.write(text)
    os.replace(name + ".new", name)


append("loads", "loaded\n")


def born(thing: Any) -> None:
    """Counts an object for as long as it lives."""
    instances.setdefault(type(thing).__name__, weakref.WeakSet()).add(thing)
    if BREAK == "keep" and type(thing).__name__ == "Send":
        kept.append(thing)


class _Info(ctypes.Structure):
    """struct mallinfo2."""

    _fields_ = [(name, ctypes.c_size_t) for name in "arena ordblks smblks hblks hblkhd usmblks fsmblks uordblks fordblks keepcost".split()]


_mallinfo2 = ctypes.CDLL(None).mallinfo2
_mallinfo2.restype = _Info

_allocate = ctypes.CDLL(None).malloc
_allocate.restype = ctypes.c_void_p


def in_use() -> int:
    """Bytes that the C library has given out, and not got back."""
    info = _mallinfo2()
    return int(info.uordblks + info.hblkhd)


class Census(LogSource):
    """Writes down what lives, again and again."""

    def __init__(self) -> None:
        born(self)
        self.exit = threading.Event()

    def run(self) -> None:
        """Writes a line for each look."""
        while not self.exit.wait(0.03):
            at = time.monotonic()
            gc.collect()
            with lock:
                alive = {name: len(those) for name, those in sorted(instances.items()) if len(those)}
            append("census", json.dumps({"at": at, "alive": alive, "in_use": in_use()}) + "\n")

    def request_exit(self) -> None:
        """Ends run()."""
        self.exit.set()


class Position:
    """The next number of a source; with acknowledgement, all below the stored one have arrived."""

    def __init__(self, name: str, acks: bool) -> None:
        self.name = name
        self.persist = Persist("soak-" + name, defaults={"next": 0}) if acks else None
        self.next = int(self.persist["next"]) if self.persist else positions.get(name, 0)

    def passed(self) -> None:
        """The host has taken the next one."""
        self.next += 1
        if self.persist is None and BREAK != "forget":
            positions[self.name] = self.next

    def acked(self, number: int) -> None:
        """All up to this one have arrived. Trackers of an old config still call after a reload, with older numbers."""
        assert self.persist is not None
        if BREAK == "ack-early":
            number += 500
        with lock:
            self.persist["next"] = max(int(self.persist["next"]), number + 1)

    @staticmethod
    def paused() -> bool:
        """Whether to post none for now."""
        return os.path.exists("pause")

    def finished(self) -> bool:
        """Whether to post no more; then says how many there were."""
        if not os.path.exists("finish"):
            return False
        replace("total-" + self.name, str(self.next))
        return True


class Post(LogSource):
    """Posts numbers; the option acks says whether it keeps the place in Persist or in this module."""

    def __init__(self) -> None:
        born(self)

    def init(self, options: Dict[str, Any]) -> bool:
        self.exit = threading.Event()
        acks = options.get("acks") == "yes"
        self.position = Position(options["name"], acks)
        if acks:
            self.ack_tracker = ConsecutiveAckTracker(self.position.acked)
        return True

    def run(self) -> None:
        position = self.position
        acks = position.persist is not None
        while not self.exit.is_set() and not position.finished():
            for _ in range(0 if position.paused() else 20):
                text = "%s %d" % (position.name, position.next)
                self.post_message(LogMessage(text, position.next) if acks else LogMessage(text))
                position.passed()
            self.exit.wait(PAUSE)
        self.exit.wait()

    def request_exit(self) -> None:
        if BREAK == "slow-stop":
            time.sleep(3)
        self.exit.set()


class Fetch(LogFetcher):
    """The same for a fetcher, with lists and single messages in turns."""

    def __init__(self) -> None:
        born(self)

    def init(self, options: Dict[str, Any]) -> bool:
        self.position = Position(options["name"], True)
        self.ack_tracker = ConsecutiveAckTracker(self.position.acked)
        self.turn = 0
        return True

    def make(self) -> LogMessage:
        number = self.position.next
        self.position.passed()
        return LogMessage("%s %d" % (self.position.name, number), number)

    def fetch(self) -> Any:
        if self.position.finished() or self.position.paused():
            time.sleep(0.01)
            return (self.TRY_AGAIN,)
        self.turn += 1
        if self.turn % 20 == 0:
            time.sleep(PAUSE)
        if self.turn % 7 == 0:
            return (self.SUCCESS, [self.make() for _ in range(9)])
        return (self.SUCCESS, self.make())


class Parse(LogParser):
    """Puts a letter behind the message."""

    def __init__(self) -> None:
        born(self)

    def parse(self, msg: LogMessage) -> bool:
        msg["MESSAGE"] = msg["MESSAGE"] + b" p"
        return True


def function(_msg: LogMessage, text: bytes) -> bytes:
    """The same in a template."""
    return text + b" f"


class Send(LogDestination):
    """Writes each message to the file of the option file."""

    def __init__(self) -> None:
        born(self)

    def init(self, options: Dict[str, Any]) -> bool:
        if options.get("ready") == "no":
            return False
        if BREAK == "refuse" and os.path.exists(options["file"]):
            return False
        self.file = os.open(options["file"], os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
        self.count = 0
        # What a daemon was killed in the middle of is not to become one line with what comes now.
        os.write(self.file, b"\n")
        if BREAK == "bloat":
            kept.append(b"x" * 200_000)
        return True

    def deinit(self) -> None:
        if BREAK != "keep-files":
            os.close(self.file)
        if BREAK == "exit":
            os._exit(3)

    def write(self, lines: List[bytes]) -> None:
        """Writes all at once."""
        self.count += 1
        if BREAK == "lose" and self.count % 100 == 0:
            return
        if BREAK == "raise" and self.count == 100:
            raise ValueError("on purpose")
        os.write(self.file, b"".join(line + b"\n" for line in lines))

    def send(self, msg: LogMessage) -> Any:
        self.write([msg["MESSAGE"]])
        return self.SUCCESS


class Worker(Send):
    """For workers(), so that they are counted apart."""


class Flush(Send):
    """Writes when its batch is full."""

    def init(self, options: Dict[str, Any]) -> bool:
        self.rows: List[bytes] = []
        return Send.init(self, options)

    def send(self, msg: LogMessage) -> Any:
        self.rows.append(msg["MESSAGE"])
        return self.QUEUED

    def flush(self) -> Any:
        rows, self.rows = self.rows, []
        if rows:
            self.write(rows)
        return self.SUCCESS


class Batch(Send):
    """Writes whole batches."""

    def send_batch(self, batch: Any) -> Any:
        self.write(batch.column("MESSAGE"))
        return self.SUCCESS


class Header:
    """Adds a header to requests of http()."""

    def __init__(self, options: Dict[str, Any]) -> None:
        born(self)

    def get_headers(self, body: str, headers: List[str]) -> List[str]:
        """The server knows by it that this was called."""
        return ["X-Soak: %d" % len(body)]


class Threads(LogSource):
    """Posts from many threads at once, with bookmarks, and counts what comes back meanwhile."""

    COUNT = 16

    def __init__(self) -> None:
        born(self)
        self.exit = threading.Event()
        self.acks = self.wrong = 0

    def init(self, options: Dict[str, Any]) -> bool:
        self.name, self.each = options["name"], int(options["each"])
        # Calls of one tracker come one after the other, whatever thread they come from.
        trackers: Dict[str, Callable[[], Any]] = {
            "instant": lambda: InstantAckTracker(self.acked),
            "consecutive": lambda: ConsecutiveAckTracker(self.acked),
            "batched": lambda: BatchedAckTracker(timeout=100, batch_size=50, batched_ack_callback=self.all_acked),
        }
        self.ack_tracker = trackers[options["tracker"]]()
        self.posted = [0] * self.COUNT
        self.counting = threading.Lock()
        self.threads = [threading.Thread(target=self.work, args=(n,)) for n in range(1, self.COUNT)]
        for thread in self.threads:
            thread.start()
        return True

    def acked(self, bookmark: Tuple[int, int]) -> None:
        """One has arrived."""
        thread, number = bookmark
        if BREAK == "no-acks" and number == 50:
            return
        with self.counting:
            if not 0 <= number < self.each or not 0 <= thread < self.COUNT:
                self.wrong += 1
            self.acks += 1

    def all_acked(self, bookmarks: List[Tuple[int, int]]) -> None:
        """Some have."""
        for bookmark in bookmarks:
            self.acked(bookmark)

    def work(self, thread: int) -> None:
        """One thread's part: one at a time, and some at once."""
        number = 0
        while number < self.each:
            if number % 10 == 0 and number + 7 <= self.each:
                many = [self.make(thread, n) for n in range(number, number + 7)]
                number += self.post_messages(many)
            else:
                self.post_message(self.make(thread, number))
                number += 1
        self.posted[thread] = number

    def make(self, thread: int, number: int) -> LogMessage:
        return LogMessage("%s-%d %d" % (self.name, thread, number), (thread, number))

    def run(self) -> None:
        self.work(0)
        while not self.exit.wait(0.05):
            said = {"posted": sum(self.posted), "acks": self.acks, "wrong": self.wrong}
            replace("acks-" + self.name, json.dumps(said))

    def request_exit(self) -> None:
        self.exit.set()
        for thread in self.threads:
            thread.join()


class Watched(LogParser):
    """A parser that knows how many threads are in it."""

    inside = most = calls = 0
    threads: "set[int]" = set()
    guard = threading.Lock()

    def __init__(self) -> None:
        born(self)

    def parse(self, msg: LogMessage) -> bool:
        cls = Watched
        with cls.guard:
            cls.inside += 1
            cls.most = max(cls.most, cls.inside)
            cls.threads.add(threading.get_ident())
            cls.calls += 1
            pause = cls.calls % 32 == 0
        if pause:
            # Lets others in, which would otherwise seldom come in the middle.
            time.sleep(0)
        text = msg["MESSAGE"]
        name, _, number = text.partition(b" ")
        msg["soak.name"] = name
        msg["soak.number"] = number
        msg["MESSAGE"] = msg["soak.name"] + b" " + msg["soak.number"] + b" p"
        right = bool(msg["MESSAGE"] == text + b" p")
        with cls.guard:
            cls.inside -= 1
        return right

    def deinit(self) -> None:
        replace("watched", json.dumps({"most": Watched.most, "threads": len(Watched.threads)}))


# What follows measures memory. A message "measure" asks for it when all before it are done with.


MARK = b"measure"
leaked: List[bytes] = []


def seen(text: bytes) -> bool:
    """Whether this message asks for a measurement, which then is made."""
    if BREAK == "leak":
        leaked.append(b"%d" % len(leaked))
    if BREAK == "invalid":
        # Behind the end of what has been allocated.
        ctypes.string_at(_allocate(16) + 16, 1)
    if BREAK == "lost-block":
        _allocate(16)
    if text != MARK:
        return False
    gc.collect()
    append("measured", "%d\n" % in_use())
    return True


class Phases:
    """The two halves of what a source has; it waits for a file after each, and again after the measurement."""

    def __init__(self, options: Dict[str, Any]) -> None:
        self.half = int(options["half"])
        self.by_itself = options.get("measures") == "itself"
        self.text = options["text"]

    @staticmethod
    def wait(name: str, exit: threading.Event) -> bool:
        while not os.path.exists(name):
            if exit.wait(0.01):
                return False
        return True


class Feed(LogSource):
    """Posts both halves."""

    def init(self, options: Dict[str, Any]) -> bool:
        self.exit = threading.Event()
        self.phases = Phases(options)
        self.many = options.get("many") == "yes"
        self.rests = options.get("rests") == "yes"
        self.acks = options.get("acks") == "yes"
        if self.acks:
            self.persist = Persist("soak-feed", defaults={"next": 0})
            self.ack_tracker = ConsecutiveAckTracker(self.acked)
        return True

    def acked(self, bookmark: int) -> None:
        self.persist["next"] = bookmark

    def run(self) -> None:
        for phase in (1, 2):
            self.post(self.phases.half)
            if not self.phases.wait("mark%d" % phase, self.exit):
                return
            if self.phases.by_itself:
                seen(MARK)
            else:
                self.post_message(LogMessage(MARK))
            if not self.phases.wait("go%d" % phase, self.exit):
                return
        self.exit.wait()

    def make(self, number: int) -> LogMessage:
        return LogMessage(self.phases.text, number) if self.acks else LogMessage(self.phases.text)

    def post(self, count: int) -> None:
        text = self.phases.text
        leak = BREAK == "leak" and self.phases.by_itself
        for number in range(0, count, 100):
            if self.exit.is_set():
                return
            if leak:
                seen(b"")
            if self.rests and number % 10_000 == 0:
                self.exit.wait(0.05)
            if self.many:
                self.post_messages([self.make(number + n) for n in range(100)])
            else:
                for n in range(100):
                    self.post_message(LogMessage(text))

    def request_exit(self) -> None:
        self.exit.set()


class FeedFetch(LogFetcher):
    """Gives both halves, and measures by itself."""

    def init(self, options: Dict[str, Any]) -> bool:
        self.phases = Phases(options)
        self.phase, self.left = 1, self.phases.half
        self.many = options.get("many") == "yes"
        return True

    def fetch(self) -> Any:
        if self.left:
            if BREAK == "leak":
                seen(b"")
            if self.many:
                self.left -= 100
                return (self.SUCCESS, [LogMessage(self.phases.text) for _ in range(100)])
            self.left -= 1
            return (self.SUCCESS, LogMessage(self.phases.text))
        if self.phase <= 2 and os.path.exists("mark%d" % self.phase):
            seen(MARK)
            self.phase += 1
            self.left = self.phases.half if self.phase == 2 else 0
        time.sleep(0.01)
        return (self.TRY_AGAIN,)


class MeterSend(LogDestination):
    """Reads a value of each."""

    def send(self, msg: LogMessage) -> Any:
        seen(msg["MESSAGE"])
        return self.SUCCESS


class MeterPairs(LogDestination):
    """The same, of a dict."""

    def send(self, msg: Any) -> Any:
        seen(msg["MESSAGE"].encode() if isinstance(msg["MESSAGE"], str) else msg["MESSAGE"])
        return self.SUCCESS


class MeterFlush(LogDestination):
    """Reads it when the batch is full."""

    def init(self, options: Dict[str, Any]) -> bool:
        self.rows: List[bytes] = []
        return True

    def send(self, msg: LogMessage) -> Any:
        self.rows.append(msg["MESSAGE"])
        return self.QUEUED

    def flush(self) -> Any:
        rows, self.rows = self.rows, []
        for row in rows:
            seen(row)
        return self.SUCCESS


class MeterBatch(LogDestination):
    """Reads a column."""

    def send_batch(self, batch: Any) -> Any:
        for row in batch.column("MESSAGE"):
            seen(row)
        return self.SUCCESS


class MeterParse(LogParser):
    """Sets a value."""

    def parse(self, msg: LogMessage) -> bool:
        seen(msg["MESSAGE"])
        msg["soak.one"] = "the first value"
        return True


def meter(_msg: LogMessage, text: bytes) -> bytes:
    """A template function."""
    seen(text)
    return text


class MeterHeader:
    """A header for each request, which has many messages."""

    def __init__(self, options: Dict[str, Any]) -> None:
        pass

    def get_headers(self, body: str, headers: List[str]) -> List[str]:
        """Measures when the last line asks for it."""
        seen(MARK if body.rstrip().endswith("measure") else b"")
        return ["X-Soak: %d" % len(body)]
