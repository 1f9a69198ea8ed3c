# SPDX-License-Identifier: GPL-2.0-or-later
"""Sources: classes that make messages."""

from typing import Any, Dict, List, Tuple, Union

from _syslogng import BatchedAckTracker, ConsecutiveAckTracker, InstantAckTracker
from _syslogng import LogFetcher as _NativeFetcher
from _syslogng import LogFetcherResult
from _syslogng import LogSource as _NativeSource

from .message import LogMessage

__all__ = ["BatchedAckTracker", "ConsecutiveAckTracker", "InstantAckTracker", "LogFetcher", "LogFetcherResult", "LogSource"]


class LogSource(_NativeSource):
    """Base class of sources, named in a config by ``source { python(class("module.Name")); };``.

    syslog-ng makes the instance, and calls ``init()``, ``request_exit()`` and ``deinit()``, on its main thread. ``run()`` is
    called on a thread of the source's own, and posts messages there; other threads may post too. ``run()`` and ``request_exit()`` have to be defined. Any
    exception that leaves a method becomes an error event in syslog-ng's ``internal()`` source, with its traceback.

    A class that defines ``suspend(self)`` and ``wakeup(self)`` does not wait in ``post_message()``: when syslog-ng takes no
    more messages for now, ``suspend()`` is called on the thread that posts, out of ``post_message()``, and nothing may be posted
    until ``wakeup()`` has been called, on any thread. Where other threads post too, ``post_message()`` waits all the same.

    A class that sets ``self.ack_tracker`` in ``__init__()`` or ``init()``, to an InstantAckTracker, ConsecutiveAckTracker or
    BatchedAckTracker, gets the bookmarks of its messages (``LogMessage.set_bookmark()``) back when they are delivered. They come
    on any thread, and nothing may be posted there.

    ``generate_persist_name(options)``, a static method, may give the name
    that ``self.persist_name`` is made of, which is there from ``init()`` on.
    """

    flags: Dict[str, bool] = {}
    """What the config says in ``flags()``, by name; set before ``init()``."""

    parse_options: Any = None
    """How the config says that messages are parsed, for ``LogMessage.parse()``; of use in ``run()``."""

    auto_close_batches: bool = True
    """Set to False in ``init()``, it leaves it to ``close_batch()`` when syslog-ng goes on with what was posted."""

    def init(self, options: Dict[str, Any]) -> bool:
        """Get ready. Called at start and at each reload, on the main thread.

        Args:
            options: what stands in ``options()``; an empty dict without it.

        Returns:
            True. False, None or an exception refuses the config.
        """
        return True

    def deinit(self) -> None:
        """Let go of everything. Called at stop and at each reload, on the main thread, after ``run()`` has ended."""

    def run(self) -> None:
        """Make messages and post them, until ``request_exit()`` is called. Every source defines it.

        When it returns, the source is over until the next reload, for other threads that post too. When an exception ends it, it is called again after
        ``time-reopen()`` seconds (1 by default).
        """
        raise NotImplementedError

    def request_exit(self) -> None:
        """Have ``run()`` return. Every source defines it. Called on the main thread while ``run()`` runs.

        A ``post_message()`` that waits needs nothing: in ``run()`` it returns afterwards, and the next one raises RuntimeError; on
        other threads it raises RuntimeError before ``request_exit()`` is called, which so may wait for them.
        """
        raise NotImplementedError


class LogFetcher(_NativeFetcher):
    """Base class of fetchers, named in a config by ``source { python-fetcher(class("module.Name")); };``.

    syslog-ng makes the instance, and calls ``init()``, ``request_exit()`` and ``deinit()``, on its main thread. All other methods
    are called on a thread of the fetcher's own, one at a time. Only ``fetch()`` has to be defined. Any exception that leaves a
    method becomes an error event in syslog-ng's ``internal()`` source, with its traceback.

    ``generate_persist_name(options)``, a static method, may give the name that ``self.persist_name`` is made of, which is there
    from ``init()`` on. ``self.ack_tracker`` may be set as with LogSource.
    """

    ERROR = FETCH_ERROR = LogFetcherResult.ERROR
    NOT_CONNECTED = FETCH_NOT_CONNECTED = LogFetcherResult.NOT_CONNECTED
    SUCCESS = FETCH_SUCCESS = LogFetcherResult.SUCCESS
    TRY_AGAIN = FETCH_TRY_AGAIN = LogFetcherResult.TRY_AGAIN
    NO_DATA = FETCH_NO_DATA = LogFetcherResult.NO_DATA

    flags: Dict[str, bool] = {}
    """What the config says in ``flags()``, by name; set before ``init()``."""

    parse_options: Any = None
    """How the config says that messages are parsed, for ``LogMessage.parse()``; of use in ``fetch()``."""

    def init(self, options: Dict[str, Any]) -> bool:
        """Get ready. Called at start and at each reload, on the main thread.

        Args:
            options: what stands in ``options()``; an empty dict without it.

        Returns:
            True. False, None or an exception refuses the config.
        """
        return True

    def deinit(self) -> None:
        """Let go of everything. Called at stop and at each reload, on the main thread, when no other method runs."""

    def open(self) -> bool:
        """Connect to where messages come from.

        Returns:
            True. After False or an exception it is called again, every ``time-reopen()`` seconds (1 by default).
        """
        return True

    def close(self) -> None:
        """Disconnect: after ``ERROR``, and at the end."""

    def fetch(self) -> Union[int, Tuple[int], Tuple[int, LogMessage], Tuple[int, List[LogMessage]]]:
        """Give the next message. Every fetcher defines it. Called while syslog-ng takes messages.

        Returns:
            ``(self.SUCCESS, message)`` with a LogMessage: syslog-ng takes it, and calls again. ``(self.SUCCESS, [message, …])``
            with a list: the same when it has taken all of them; of what it has not taken when it stops, no bookmark comes
            back, and it may be given again. An item that is no LogMessage keeps none of the others, and counts as ``ERROR``
            behind them. An empty list is as ``TRY_AGAIN``. ``(self.NO_DATA,)``: nothing
            at the moment, called again after ``fetch-no-data-delay()`` seconds (as ``time-reopen()`` by default).
            ``(self.TRY_AGAIN,)``: called again at once. ``(self.NOT_CONNECTED,)``: ``open()`` is called after
            ``time-reopen()``. ``(self.ERROR,)``, None or an exception: the same after ``close()``.
        """
        raise NotImplementedError

    def request_exit(self) -> None:
        """Have ``fetch()`` and ``open()`` return soon. Called on the main thread while one of them may run."""
