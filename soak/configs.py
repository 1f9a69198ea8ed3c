# SPDX-License-Identifier: GPL-2.0-or-later
"""The config with a driver of every kind, what arrives where with it, and the same without Python."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Dict, List, Optional

from arrived import Arrived
from host import host_variable
from paths import Paths, add_lines

BLOCK = """
python {
import drivers
from syslogng import LogParser
class Local(LogParser):
    def __init__(self):
        drivers.born(self)
    def parse(self, msg):
        msg["MESSAGE"] = msg["MESSAGE"] + b" b"
        return True
};
"""

# Few at a time, and by itself: it takes a request for each message.
HTTP_SOURCE = 'source s_http { file("in-http.txt" flags(no-parse) follow-freq(0.05) log-iw-size(20) log-fetch-limit(10)); };\n'
ORDERED = ("send", "flush", "batch", "file")
"""Places where each source's messages come in order. That is not so with workers()."""


def has_http() -> bool:
    """Whether the host has http()."""
    return (Path(host_variable("moduledir")) / "libhttp.so").exists()


class Quiet(ThreadingHTTPServer):
    """Says nothing of clients that are gone: daemons come and go."""

    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Nothing."""


class Server:
    """Takes the requests of http(), and knows what is in them."""

    def __init__(self) -> None:
        self.arrived = Arrived("pb")
        self.without_header = 0
        outer = self
        lock = threading.Lock()

        class Handler(BaseHTTPRequestHandler):
            """Answers."""

            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                """Takes one."""
                body = self.rfile.read(int(self.headers["Content-Length"]))
                with lock:
                    if self.headers.get("X-Soak") != str(len(body)):
                        outer.without_header += 1
                    for line in body.splitlines():
                        outer.arrived.add(line)
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_what: Any) -> None:
                """Says nothing."""

        self.server = Quiet(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/"
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.05,))
        self.thread.start()

    def close(self) -> None:
        """Ends it."""
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()


class Everything(Paths):
    """The config with a driver of every kind. Sources post for ever; a file is written by the campaign."""

    posting = ("post", "acked", "fetch")

    def __init__(self, place: Path, acks: bool) -> None:
        everywhere = (*self.posting, "file")
        names = (*ORDERED, "workers")
        super().__init__(
            place,
            {name: Arrived("pbf" if name == "file" else "pb", place / f"out-{name}") for name in names},
            {name: everywhere for name in names},
        )
        self.acks = acks
        self.http_lines = 0
        self.server: Optional[Server] = Server() if has_http() else None
        if self.server:
            self.arrived["http"] = self.server.arrived
            self.sources["http"] = ("http",)

    def close(self) -> None:
        """Ends the server."""
        if self.server:
            self.server.close()

    def config(self, more: str = "", options: str = "") -> str:
        """The config; with more at its end, and more options for the class Send."""
        http = ""
        if self.server:
            http = (
                HTTP_SOURCE + f'destination d_http {{ http(url("{self.server.url}") body("$MESSAGE") time-reopen(1) retries(1000)'
                ' python-http-header(class("drivers.Header") mark-errors-as-critical(yes))); };\n'
                "log { source(s_http); parser(p_module); parser(p_block); destination(d_http); flags(flow-control); };\n"
            )
        acks = "yes" if self.acks else "no"
        return (
            BLOCK
            + f'source s_post {{ python(class("drivers.Post") options("name" "post" "acks" "{acks}") log-iw-size(200)); }};\n'
            + 'source s_acked { python(class("drivers.Post") options("name" "acked" "acks" "yes") persist-name("acked")\n'
            + "    log-iw-size(200)); };\n"
            + 'source s_fetch { python-fetcher(class("drivers.Fetch") options("name" "fetch") log-iw-size(200)); };\n'
            + 'source s_census { python(class("drivers.Census")); };\n'
            + 'source s_file { file("in.txt" flags(no-parse) follow-freq(0.05)); };\n'
            + 'parser p_module { python(class("drivers.Parse")); };\n'
            + 'parser p_block { python(class("Local")); };\n'
            + f'destination d_send {{ python(class("drivers.Send") options("file" "out-send" {options}) time-reopen(1)); }};\n'
            + 'destination d_flush { python(class("drivers.Flush") options("file" "out-flush") batch-lines(100)\n'
            + "    batch-timeout(50) time-reopen(1)); };\n"
            + 'destination d_batch { python(class("drivers.Batch") options("file" "out-batch") batch-lines(100)\n'
            + "    batch-timeout(50) time-reopen(1)); };\n"
            + 'destination d_workers { python(class("drivers.Worker") options("file" "out-workers") workers(2)\n'
            + "    time-reopen(1)); };\n"
            + 'destination d_file { file("out-file" template("$(python drivers.function $MESSAGE)\\n")); };\n'
            + "log { source(s_post); source(s_acked); source(s_fetch); source(s_file); parser(p_module); parser(p_block);\n"
            + "    destination(d_send); destination(d_flush); destination(d_batch); destination(d_workers);\n"
            + "    destination(d_file); flags(flow-control); };\n"
            + "log { source(s_census); };\n"
            + http
            + more
        )

    def write_lines(self, count: int) -> None:
        """And some for http()."""
        super().write_lines(count)
        if self.server:
            self.http_lines += add_lines(self.place / "in-http.txt", "http", self.http_lines, max(count // 4, 1))

    def totals(self) -> Optional[Dict[str, int]]:
        """With those of http()."""
        found = super().totals()
        return {**found, **({"http": self.http_lines} if self.server else {})} if found else None

    def wrong(self) -> List[str]:
        """What arrived and is none of the messages; and requests."""
        said = super().wrong()
        if self.server and self.server.without_header:
            said.append(f"{self.server.without_header} requests without their header")
        return said


def without_python(url: Optional[str]) -> str:
    """As many drivers, by the SDK's examples; and http() without a header."""
    generate = 'generate(message("a message") count(500) persist-name("%s") log-iw-size(200))'
    names = ("post", "acked", "fetch", "census")
    sources = "".join(f"source s_{name} {{ {generate % name}; }};\n" for name in names)
    places = {"send": "", "flush": "batches(yes) batch-lines(100)", "batch": "batches(yes) batch-lines(100)", "workers": ""}
    http = ""
    if url:
        http = (
            HTTP_SOURCE + f'destination d_http {{ http(url("{url}") body("$MESSAGE p b") time-reopen(1) retries(1000)); }};\n'
            "log { source(s_http); destination(d_http); flags(flow-control); };\n"
        )
    destinations = "".join(
        f'destination d_{name} {{ discard(persist-name("{name}") {options}); }};\n' for name, options in places.items()
    )
    return (
        "@module mod-discard\n@module mod-generate\n"
        + sources
        + 'source s_file { file("in.txt" flags(no-parse) follow-freq(0.05)); };\n'
        + destinations
        + 'destination d_file { file("out-file" template("$MESSAGE\\n")); };\n'
        + "log { source(s_post); source(s_acked); source(s_fetch); source(s_file); destination(d_send); destination(d_flush);\n"
        + "    destination(d_batch); destination(d_workers); destination(d_file); flags(flow-control); };\n"
        + "log { source(s_census); };\n"
        + http
    )
