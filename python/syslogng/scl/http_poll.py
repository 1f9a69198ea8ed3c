# SPDX-License-Identifier: GPL-2.0-or-later
"""The class behind scl/http-poll: a source that asks a web server again and again."""

import hashlib
import itertools
import json
import threading
import time
import urllib.error
import urllib.request
from typing import Any, Dict, Iterator, List, NamedTuple, Optional, Tuple, Union

from syslogng.logger import Logger
from syslogng.message import LogMessage
from syslogng.persist import Persist
from syslogng.source import ConsecutiveAckTracker, LogFetcher

__all__ = ["HttpPoll"]

PREFIX = "http_poll "
"""What the names of options begin with that are no headers; no header's name has a blank."""

AT_A_TIME = 1000
"""As many messages are made of a body before they are handed on."""

VALIDATOR = 1000
"""The longest ETag or Last-Modified that is kept, in characters; a server that sends a longer one is asked without it."""


Fetched = Union[Tuple[int], Tuple[int, List[LogMessage]]]


class Position(NamedTuple):
    """What is delivered: so many messages of a body, and whether these are all of it."""

    url: str
    digest: str
    done: int
    is_whole: bool
    etag: str
    last_modified: str


class Answer(NamedTuple):
    """What the server has sent; without a body if it has nothing new."""

    body: Optional[bytes]
    etag: str = ""
    last_modified: str = ""


class Redirects(urllib.request.HTTPRedirectHandler):
    """Goes where a server says, and takes no secrets to another one."""

    def redirect_request(self, req: Any, *args: Any) -> Any:
        """Make the next request."""
        redirected = super().redirect_request(req, *args)
        if redirected and (redirected.type, redirected.host) != (req.type, req.host):
            kept = ("accept", "user-agent", "if-none-match", "if-modified-since")
            redirected.headers = {name: value for name, value in redirected.headers.items() if name.lower() in kept}
        return redirected


class Poll(threading.Thread):
    """Asks once, on a thread of its own: nobody has to wait for a server that does not answer."""

    def __init__(self, request: urllib.request.Request, timeout: float, most: int, done: threading.Event) -> None:
        super().__init__(name="http-poll", daemon=True)
        self.request, self.timeout, self.most, self.done = request, timeout, most, done
        self.answer: Optional[Answer] = None
        self.error: Optional[Exception] = None

    def run(self) -> None:
        """Ask, and tell that there is an answer, or an error."""
        try:
            self.answer = self.ask()
        except Exception as error:
            self.error = error
        self.done.set()

    def ask(self) -> Answer:
        """Ask. A body that is longer than is allowed is an error."""
        try:
            with urllib.request.build_opener(Redirects).open(self.request, timeout=self.timeout) as response:
                body = response.read(self.most + 1)
                if len(body) > self.most:
                    raise ValueError(f"the answer has more than max-size({self.most}) bytes")
                headers = response.headers
        except urllib.error.HTTPError as error:
            error.close()
            if error.code == 304:
                return Answer(None)
            raise
        etag, last_modified = (headers.get(name, "") for name in ("ETag", "Last-Modified"))
        return Answer(body, *(value if len(value) <= VALIDATOR else "" for value in (etag, last_modified)))


class HttpPoll(LogFetcher):
    """Asks a web server for a URL, and makes messages of what it answers: of each line, or of the whole.

    Options: ``http_poll url``, ``http_poll messages`` (``lines`` or ``body``), ``http_poll interval``, ``http_poll timeout`` and
    ``http_poll max_size``; all others are headers of the request.

    What has been delivered is remembered beyond a restart: a body that was delivered is not asked for again, if the server can
    tell by its ETag or Last-Modified, and the rest of one that was delivered in part is posted when the server still has it.
    """

    @staticmethod
    def generate_persist_name(options: Dict[str, Any]) -> str:
        """Name it by what it asks for."""
        return f"http-poll({options.get(PREFIX + 'url')})"

    def init(self, options: Dict[str, Any]) -> bool:
        """Take the options, and what is remembered. What is wrong with the options refuses the config."""
        self.logger = Logger()
        settings = {name[len(PREFIX) :]: str(value) for name, value in options.items() if name.startswith(PREFIX)}
        headers = {name.replace("_", "-"): str(value) for name, value in options.items() if not name.startswith(PREFIX)}
        self.url = settings["url"]
        if not self.url.startswith(("http://", "https://")):
            raise ValueError(f"http-poll() needs a url() of http or https, not {self.url!r}")
        self.splits = {"lines": True, "body": False}.get(settings["messages"])
        if self.splits is None:
            raise ValueError(f"messages({settings['messages']}) of http-poll() is neither lines nor body")
        self.interval = self.number(settings, "interval")
        self.timeout = self.number(settings, "timeout")
        self.most = int(self.number(settings, "max_size"))
        headers.setdefault("User-Agent", "syslog-ng http-poll()")
        self.headers = headers
        # Says what is wrong with the URL or a header now.
        urllib.request.Request(self.url, headers=headers)
        self.exit = threading.Event()
        self.done = threading.Event()
        self.next = 0.0
        self.rest: Iterator[LogMessage] = iter(())
        self.state = Persist(self.persist_name)
        self.position = self.remembered()
        self.ack_tracker = ConsecutiveAckTracker(self.delivered)
        return True

    @staticmethod
    def number(settings: Dict[str, str], name: str) -> float:
        """Give an option that is a number above 0."""
        try:
            number = float(settings[name])
        except ValueError:
            number = 0.0
        if not 0 < number < 1e9:
            raise ValueError(f"{name.replace('_', '-')}({settings[name]}) of http-poll() is no number above 0")
        return number

    def remembered(self) -> Optional[Position]:
        """Give what an earlier syslog-ng has delivered of the same URL."""
        try:
            position = Position(*json.loads(self.state.get("position", "null") or "null"))
        except (TypeError, ValueError):
            return None
        return position if position.url == self.url else None

    def delivered(self, position: Any) -> None:
        """Remember what is delivered. Called on any thread."""
        self.state["position"] = json.dumps(position)

    def request_exit(self) -> None:
        """Have fetch() return."""
        self.exit.set()
        self.done.set()

    def fetch(self) -> Fetched:
        """Give the next messages; wait until it is time to ask, and for the answer."""
        messages = self.take()
        if messages:
            return (self.SUCCESS, messages)
        if self.exit.wait(max(0.0, self.next - time.monotonic())):
            return (self.NO_DATA,)
        self.next = time.monotonic() + self.interval
        self.done.clear()
        poll = Poll(self.request(), self.timeout, self.most, self.done)
        if self.exit.is_set():
            return (self.NO_DATA,)
        poll.start()
        self.done.wait()
        if poll.error:
            return self.failed(poll.error)
        if poll.answer and poll.answer.body is not None:
            self.rest = self.messages(poll.answer, poll.answer.body)
        messages = self.take()
        return (self.SUCCESS, messages) if messages else (self.TRY_AGAIN,)

    def take(self) -> List[LogMessage]:
        """Make some more messages of the body."""
        return list(itertools.islice(self.rest, AT_A_TIME))

    def failed(self, error: Exception) -> Tuple[int]:
        """Say why there are no messages, and ask again when it is time."""
        after = error.headers.get("Retry-After") if isinstance(error, urllib.error.HTTPError) else None
        if after and after.isdecimal():
            self.next = max(self.next, time.monotonic() + min(float(after), 86400.0))
        kind = type(error).__name__
        self.logger.error(f"http-poll(): the server was asked in vain; url='{self.url}', error='{kind}: {error}'")
        return (self.TRY_AGAIN,)

    def request(self) -> urllib.request.Request:
        """Ask for what is new, where all that was there before is delivered or on its way."""
        request = urllib.request.Request(self.url, headers=self.headers)
        position = self.position
        if position and position.is_whole:
            if position.etag:
                request.add_header("If-None-Match", position.etag)
            elif position.last_modified:
                request.add_header("If-Modified-Since", position.last_modified)
        return request

    def messages(self, answer: Answer, body: bytes) -> Iterator[LogMessage]:
        """Make messages of a body, without those that were delivered before a restart."""
        parts = [line.rstrip(b"\r") for line in body.split(b"\n")] if self.splits else [body]
        parts = [part for part in parts if part.strip()]
        digest = hashlib.sha256(body).hexdigest()
        old = self.position
        # Only the rest of a body: one that comes again as a whole has been asked for again.
        done = old.done if old and old.digest == digest and not old.is_whole else 0
        self.position = Position(self.url, digest, len(parts), True, answer.etag, answer.last_modified)
        for number, part in enumerate(parts[done:], done + 1):
            message = LogMessage(part)
            message["http_poll.url"] = self.url
            message.set_bookmark(self.position._replace(done=number, is_whole=number == len(parts)))
            yield message
