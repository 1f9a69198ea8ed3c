# SPDX-License-Identifier: GPL-2.0-or-later
"""What is measured: for each case the config of each contestant, and what it is to reach.

A case is run by three contestants in turns: the host's C module, this module, and the floor, which is the same without
Python: the SDK's example destination ``discard``, its example source ``generate``, or a rewrite rule of the host.
"""

from typing import Callable, Dict, List, NamedTuple, Optional, Tuple

TEXT = "a message of a benchmark, about as long as the lines of a log are"

C, OURS, FLOOR = "C module", "this module", "floor"


class Target(NamedTuple):
    """What a case is to reach."""

    ratio: float
    """Messages a second, as a multiple of the C module's. Nine tenths of the floor's will do, too."""
    cpu: Optional[Callable[[float, float], float]] = None
    """The most microseconds a message, by those of the floor and of the Python body."""
    said: str = ""
    """The same in words."""


def within(percent: int) -> Tuple[Callable[[float, float], float], str]:
    """So many percent above the limit."""
    return lambda floor, body: (floor + body) * (1 + percent / 100), f"limit + {percent} %"


class Case(NamedTuple):
    """One case."""

    name: str
    messages: int
    """How many the C module gets."""
    config: Callable[[str, int], str]
    """The config of a contestant, for as many messages."""
    body: str
    """The function of bodies.py that does what the Python code does; none where that is to wait."""
    floor_is: str
    """What the floor does, for who reads the figures."""
    target: Optional[Target] = None
    counters: str = r"dst\.\w+;d\d*#0"
    """Whose counters show how far it is; several are added up."""
    counter: str = "written"
    drain: bool = False
    """All messages are queued before the first is sent, so that the destination's thread is measured alone."""
    copies: int = 1
    """How often each message is counted."""
    factor: int = 3
    """How many times as many messages the others get: they are that much faster."""
    contestants: Tuple[str, ...] = (C, OURS, FLOOR)


FILE = 'source s { file("in.txt" flags(no-parse) follow-freq(0.05) log-fetch-limit(1000) log-iw-size(10000)); };\n'
LOG = "log { source(s); %sdestination(d); flags(flow-control); };\n"


def destination(contestant: str, class_: str, options: str = "", name: str = "bench", floor: str = "") -> str:
    """A destination of a class; of the floor, with what that needs to do the same."""
    if contestant == FLOOR:
        return f'discard(wait-for("go") time-reopen(1) persist-name("{name}") {floor});'
    return f'python(class("messages.{class_}") options("go" "go") persist-name("{name}") {options});'


def from_a_file(class_: str, options: str = "", floor: str = "") -> Callable[[str, int], str]:
    """Lines of a file to a destination, with flow control."""
    return lambda contestant, count: (
        FILE + f"destination d {{ {destination(contestant, class_, options, floor=floor)} }};\n" + LOG % ""
    )


def from_a_queue(class_: str, options: str = "", floor: str = "") -> Callable[[str, int], str]:
    """Lines of a file to a destination that opens when all of them wait in its queue."""

    def config(contestant: str, count: int) -> str:
        size = f"log-fifo-size({count + 1000}) "
        driver = destination(contestant, class_, size + options, floor=size + floor)
        return FILE + f"destination d {{ {driver} }};\nlog {{ source(s); destination(d); }};\n"

    return config


def source(contestant: str, driver: str, count: int, batch: int) -> str:
    """A source of so many messages; of the floor, one that closes its batches as often."""
    if contestant == FLOOR:
        options = f'message("{TEXT}") count({count}) batch({batch}) wait-for("go")'
        return f'source s {{ generate({options} persist-name("bench") log-iw-size(10000)); }};\n'
    options = f'options("message" "{TEXT}" "count" "{count}" "go" "go")'
    return f'source s {{ {driver} {options} persist-name("bench") log-iw-size(10000)); }};\n'


def to_a_queue(driver: str, batch: int = 1) -> Callable[[str, int], str]:
    """Messages of a source to the queue of a destination without Python."""
    discard = 'destination d { discard(persist-name("bench")); };\n'
    return lambda contestant, count: source(contestant, driver, count, batch) + discard + LOG % ""


def through(python: str, plain: str) -> Callable[[str, int], str]:
    """Lines of a file through a parser or a rewrite rule called p, on their way to a destination without Python."""
    discard = 'destination d { discard(persist-name("bench")); };\n'

    def config(contestant: str, _count: int) -> str:
        rule = plain if contestant == FLOOR else python
        return FILE + rule + discard + LOG % f"{rule.split()[0]}(p); "

    return config


def source_to_destination(contestant: str, count: int) -> str:
    """Messages of a source to a destination, both Python's."""
    driver = destination(contestant, "Send")
    return source(contestant, POST, count, 1) + f"destination d {{ {driver} }};\n" + LOG % ""


def two_destinations(contestant: str, count: int) -> str:
    """Lines of a file to two destinations."""
    one, two = (destination(contestant, "Send", name=name) for name in ("one", "two"))
    return FILE + f"destination d1 {{ {one} }};\ndestination d2 {{ {two} }};\n" + (
        "log { source(s); destination(d1); destination(d2); flags(flow-control); };\n"
    )


def workers(contestant: str, count: int) -> str:
    """Lines of a file to a destination that waits for each; with as many workers as there can be."""
    options = "workers(4)" if contestant == OURS else ""
    return FILE + f"destination d {{ {destination(contestant, 'SendSlowly', options)} }};\n" + LOG % ""


BATCH = "batch-lines(1000)"
FLOOR_BATCH = "batches(yes) batch-lines(1000)"
PAIRS = 'value-pairs(key("HOST") key("MESSAGE"))'
POST = 'python(class("messages.Post")'
POST_MANY = 'python(class("messages.PostMany")'
SET = 'rewrite p { set("the first value" value("bench.one")); set("the second value" value("bench.two")); };\n'
PARSER = 'parser p { python(class("messages.Parse")); };\n'
CALL = 'rewrite p { set("$(python messages.function $MESSAGE)" value("bench.one")); };\n'
NO_CALL = 'rewrite p { set("$MESSAGE" value("bench.one")); };\n'

DISCARD = "discard() in place of python()"
GENERATE = "generate() in place of the source"
FETCHER = "python-fetcher(class(\"messages.%s\")"

CASES: List[Case] = [
    Case("send()", 150_000, from_a_file("Send"), "send", DISCARD, Target(3.2, *within(10))),
    Case(
        "send()/flush()",
        150_000,
        from_a_file("SendFlush", BATCH, FLOOR_BATCH),
        "send_flush",
        DISCARD + ", in batches",
        Target(3.5, *within(10)),
    ),
    Case(
        "value-pairs()",
        120_000,
        from_a_file("Send", PAIRS),
        "send",
        DISCARD + ", without the dict",
        # A fifth below what the C module takes where its thread states are kept, which was measured once: 6.0 to 6.9.
        Target(3.5, lambda floor, body: 5.2, "5.2"),
    ),
    Case("send_batch()", 150_000, from_a_file("SendBatch", BATCH, FLOOR_BATCH), "send_batch", DISCARD + ", in batches"),
    Case("post_message()", 800_000, to_a_queue(POST), "post", GENERATE, Target(1.05, *within(10)), factor=1),
    Case("post_messages()", 800_000, to_a_queue(POST_MANY, 100), "post_many", GENERATE, Target(1.15, *within(10)), factor=1),
    Case("fetch() of one", 60_000, to_a_queue(FETCHER % "Fetch"), "fetch", GENERATE, Target(10), factor=10),
    Case(
        "fetch() of 100",
        60_000,
        to_a_queue(FETCHER % "FetchMany", 1),
        "fetch_many",
        GENERATE,
        Target(15, *within(15)),
        factor=10,
    ),
    Case(
        "parser",
        150_000,
        through(PARSER, SET),
        "parse",
        "a rewrite rule that sets the same two values",
        Target(3.5, *within(10)),
    ),
    Case(
        "$(python f)",
        150_000,
        through(CALL, NO_CALL),
        "function",
        "$MESSAGE in place of $(python f $MESSAGE)",
        Target(3.3, *within(10)),
    ),
    Case("source to destination", 150_000, source_to_destination, "both", "generate() and discard()", Target(6)),
    Case("two destinations", 100_000, two_destinations, "send", "two discard()", Target(5), copies=2),
    Case("workers(4), 1 ms each", 1_500, workers, "", "", contestants=(C, OURS)),
    Case(
        "drain send()",
        400_000,
        from_a_queue("Send"),
        "send",
        DISCARD,
        Target(14, lambda floor, body: floor + body + 0.06, "limit + 0.06"),
        drain=True,
        factor=1,
    ),
    Case(
        "drain value-pairs()",
        400_000,
        from_a_queue("Send", PAIRS),
        "send",
        DISCARD + ", without the dict",
        Target(8),
        drain=True,
        factor=1,
    ),
    Case(
        "drain send_batch()",
        400_000,
        from_a_queue("SendBatch", BATCH, FLOOR_BATCH),
        "send_batch",
        DISCARD + ", in batches",
        Target(15, lambda floor, body: floor + 0.12, "floor + 0.12"),
        drain=True,
        factor=1,
    ),
]


def text_of(case: Case, contestant: str, count: int) -> str:
    """The whole config of a contestant."""
    config = case.config(contestant, count)
    # Python's module is found without a line, which the C module of 4.8 does not survive.
    modules: Dict[str, str] = {"discard": "@module mod-discard\n", "generate": "@module mod-generate\n"}
    lines = (line for driver, line in modules.items() if f"{driver}(" in config)
    return "@version: current\n" + "".join(lines) + config
