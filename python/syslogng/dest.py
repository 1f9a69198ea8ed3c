# SPDX-License-Identifier: GPL-2.0-or-later
"""Destinations: classes that syslog-ng hands messages to."""

from typing import Any, Dict, Sequence, Union

from _syslogng import LogDestination as _NativeDestination
from _syslogng import LogDestinationResult, SequenceNumber

from .message import LogBatch, LogMessage
from .template import LogTemplateOptions

__all__ = ["LogDestination", "LogDestinationResult"]


class LogDestination(_NativeDestination):
    """Base class of destinations, named in a config by ``destination { python(class("module.Name")); };``.

    syslog-ng makes the instance, and calls ``init()`` and ``deinit()``, on its main thread. All other methods are called on
    a thread of the instance's own, one at a time. With ``workers(n)`` in the config there are n instances with a thread each.
    Only ``send()`` or ``send_batch()`` has to be defined. Any exception that leaves a method becomes an error event in
    syslog-ng's ``internal()`` source, with its traceback.
    """

    DROP = LogDestinationResult.DROP
    ERROR = LogDestinationResult.ERROR
    SUCCESS = LogDestinationResult.SUCCESS
    QUEUED = LogDestinationResult.QUEUED
    NOT_CONNECTED = LogDestinationResult.NOT_CONNECTED
    RETRY = LogDestinationResult.RETRY

    persist_name: str
    """The name under which syslog-ng keeps this destination's state; set before ``init()``."""

    worker_index: int
    """Which of the destination's ``workers()`` this instance is, from 0; set before ``__init__()``."""

    seqnum: SequenceNumber
    """The sequence number of the message that is being sent, as ``int(self.seqnum)``; set before ``__init__()``."""

    template_options: LogTemplateOptions
    """How the config has values formatted, for ``LogTemplate.format()``; set before ``__init__()``."""

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
        """Connect to the target.

        Returns:
            True. After False or an exception it is called again, every ``time-reopen()`` seconds (1 by default).
        """
        return True

    def is_opened(self) -> bool:
        """Tell whether the target can be sent to. Called before each ``send()``; if not, ``open()`` is called."""
        return True

    def close(self) -> None:
        """Disconnect from the target: at the end, and after ``send()`` or ``flush()`` did not succeed."""

    def send(self, msg: LogMessage) -> Union[bool, int]:
        """Send a message, or add it to the batch. Every destination defines it.

        Args:
            msg: the message. It can be kept; it cannot be changed, because other destinations see it too.

        Returns:
            ``True`` or ``self.SUCCESS``: delivered. ``self.QUEUED``: part of the batch that ``flush()`` sends. ``False``
            or ``self.ERROR``: it comes again after ``time-reopen()`` and is dropped after ``retries()`` attempts.
            ``self.DROP``: it is dropped at once. ``self.NOT_CONNECTED``: it comes again when ``open()`` has succeeded.
            ``self.RETRY``: it comes again at once, three times at most, then as with ``NOT_CONNECTED``.
        """
        raise NotImplementedError

    def send_batch(self, batch: LogBatch) -> Union[bool, int, Sequence[Union[bool, int]]]:
        """Send a batch of messages. Where the class defines it, it is called instead of ``send()`` and ``flush()``.

        A batch is full at ``batch-lines()`` messages (100 by default) or ``batch-bytes()``, and is sent when it is full, when
        ``batch-timeout()`` is over, or without that option when no message waits. It is never empty.

        Args:
            batch: the messages, in their order. It can be kept.

        Returns:
            One of the values that ``send()`` may return but ``self.QUEUED``, for all messages. Or a list with one of them for
            each: those in front that are delivered or dropped are done with; the first one that is not, and all behind it,
            come again. An ERROR that is the last of ``retries()`` drops that one message. Where a batch has failed as a whole
            that often, messages come one by one, so that only the one that is to blame is dropped.
        """
        raise NotImplementedError

    def flush(self) -> Union[bool, int, None]:
        """Send the batch. Called when it is full (``batch-lines()``) or its time is over (``batch-timeout()``).

        Also called with nothing in the batch: after messages that ``send()`` delivered, and at the end.

        Returns:
            The same values as ``send()`` but ``self.QUEUED``, for all messages of the batch. Here None counts as
            ``self.SUCCESS``.
        """
        return self.SUCCESS
