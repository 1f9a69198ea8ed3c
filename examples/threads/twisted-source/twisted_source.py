# SPDX-License-Identifier: GPL-2.0-or-later
"""A source that is a TCP server of Twisted's: connections are read by the reactor, and threads of a pool post.

Each line is a message. What comes back, after each message or some of them, is a line with the number of messages of this
connection that syslog-ng has: when the connection is closed, a client knows which to send again.

A reactor runs once in a process and cannot be started again, but a source ends at each reload. So the reactor has a thread of
this module's own, which outlives the sources; each source lets it listen for as long as the source runs. This has to be a module
that is imported, because the state of modules survives a reload, and that of a python {} block does not.
"""

import threading
from typing import Any, Dict, List, Optional, Set

from twisted.internet import reactor as _installed_reactor
from twisted.internet.defer import Deferred, DeferredList, maybeDeferred
from twisted.internet.interfaces import IAddress
from twisted.internet.protocol import Factory, Protocol, connectionDone
from twisted.internet.threads import blockingCallFromThread, deferToThreadPool
from twisted.python.failure import Failure
from twisted.python.threadpool import ThreadPool

from syslogng import Logger, LogMessage, LogSource

# What it is depends on the platform, and its interfaces are zope's, which type checkers do not know by themselves.
reactor: Any = _installed_reactor

_LONGEST = 1 << 20
"""The most bytes that a line may have."""


class TwistedSource(LogSource):
    """Listens on a port until syslog-ng stops or reloads."""

    def init(self, options: Dict[str, Any]) -> bool:
        """Get ready.

        Args:
            options: "address" and "port".

        Returns:
            True.
        """
        self.address, self.port = options["address"], int(options["port"])
        self.exit = threading.Event()
        return True

    def run(self) -> None:
        """Have the reactor serve until the end. A port that is taken raises, so it is tried again after time-reopen()."""
        _start_reactor()
        # Not the reactor's own pool: threads that wait for syslog-ng would keep others from working.
        pool = ThreadPool(minthreads=1, maxthreads=10, name="posting")
        pool.start()
        try:
            server = _Server(self, pool)
            blockingCallFromThread(reactor, server.listen, self.address, self.port)
            self.exit.wait()
            blockingCallFromThread(reactor, server.close)
        finally:
            pool.stop()

    def request_exit(self) -> None:
        """Have run() return. Threads that waited for syslog-ng to take messages are told already."""
        self.exit.set()


_starting = threading.Lock()
_thread: Optional[threading.Thread] = None


def _start_reactor() -> None:
    """Have the reactor run on a thread of its own, once for the process."""
    global _thread
    with _starting:
        if _thread is None:
            # Signals are syslog-ng's.
            keywords = {"installSignalHandlers": False}
            _thread = threading.Thread(target=reactor.run, kwargs=keywords, name="reactor", daemon=True)
            _thread.start()


class _Server(Factory):
    """What listens for one source. All of it is called on the reactor's thread."""

    noisy = False

    def __init__(self, source: TwistedSource, pool: ThreadPool) -> None:
        self.source = source
        self.pool = pool
        self.connections: "Set[_Connection]" = set()

    def listen(self, address: str, port: int) -> None:
        """Begin.

        Raises:
            CannotListenError: the port is taken, or not ours to take.
        """
        self.listening: Any = reactor.listenTCP(port, self, interface=address)

    def buildProtocol(self, addr: Optional[IAddress]) -> "_Connection":
        """Make what handles a connection."""
        return _Connection(self)

    def close(self) -> Any:
        """End; the result comes when all connections are closed."""
        ended = [maybeDeferred(self.listening.stopListening)]
        for connection in self.connections:
            ended.append(connection.ended)
            connection.close()
        return DeferredList(ended)


class _Connection(Protocol):
    """One client. While its lines are being posted nothing is read from it, so a slow syslog-ng slows the client down."""

    transport: Any

    def __init__(self, server: _Server) -> None:
        self.server = server
        self.ended: "Deferred[None]" = Deferred()
        self.rest = b""
        self.accepted = 0
        self.posting = False
        self.closing = False

    def connectionMade(self) -> None:
        """Remember it for the end."""
        self.server.connections.add(self)

    def dataReceived(self, data: bytes) -> None:
        """Have the lines posted by a thread of the pool: here it would hold up all other connections."""
        *lines, self.rest = (self.rest + data).split(b"\n")
        if len(self.rest) > _LONGEST:
            self.close()
        if lines:
            self.posting = True
            self.transport.pauseProducing()
            posted = deferToThreadPool(reactor, self.server.pool, self.post, lines)
            posted.addCallback(self.answer)
            posted.addErrback(self.fail)

    def post(self, lines: List[bytes]) -> int:
        """Post lines, on a thread of the pool, and give how many of them syslog-ng has."""
        try:
            return self.server.source.post_messages(map(LogMessage, lines))
        except RuntimeError as error:
            if str(error) != "source is stopping":
                raise
            self.closing = True
            return getattr(error, "posted", 0)

    def answer(self, count: int) -> None:
        """Tell the client, and go on or end."""
        self.posting = False
        self.accepted += count
        self.transport.write(b"%d\n" % self.accepted)
        if self.closing:
            self.close()
        else:
            self.transport.resumeProducing()

    def fail(self, failure: Failure) -> None:
        """Tell of an error in this program, and end."""
        Logger().error(failure.getTraceback())
        self.posting = False
        self.close()

    def close(self) -> None:
        """Close the connection, behind the answer to what is being posted."""
        self.closing = True
        if not self.posting:
            # A client that does not read its answers is not waited for.
            reactor.callLater(1, self.transport.abortConnection)
            self.transport.loseConnection()

    def connectionLost(self, reason: Failure = connectionDone) -> None:
        """Forget it."""
        self.server.connections.discard(self)
        self.ended.callback(None)
