# SPDX-License-Identifier: GPL-2.0-or-later
"""Destinations: classes that syslog-ng hands messages to."""

from typing import Any, Dict, Union

from _syslogng import LogDestination as _NativeDestination
from _syslogng import LogDestinationResult

from .message import LogMessage

__all__ = ["LogDestination", "LogDestinationResult"]


class LogDestination(_NativeDestination):
    """Base class of destinations, named in a config by ``destination { python(class("module.Name")); };``.

    syslog-ng makes the instance, and calls ``init()`` and ``deinit()``, on its main thread. All other methods are called on
    a thread of the destination's own, one at a time. Only ``send()`` has to be defined. Any exception that leaves a method
    becomes an error event in syslog-ng's ``internal()`` source, with its traceback.
    """

    DROP = LogDestinationResult.DROP
    ERROR = LogDestinationResult.ERROR
    SUCCESS = LogDestinationResult.SUCCESS
    QUEUED = LogDestinationResult.QUEUED
    NOT_CONNECTED = LogDestinationResult.NOT_CONNECTED
    RETRY = LogDestinationResult.RETRY

    persist_name: str
    """The name under which syslog-ng keeps this destination's state; set before ``init()``."""

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

    def flush(self) -> Union[bool, int, None]:
        """Send the batch. Called when it is full (``batch-lines()``) or its time is over (``batch-timeout()``).

        Also called with nothing in the batch: after messages that ``send()`` delivered, and at the end.

        Returns:
            The same values as ``send()`` but ``self.QUEUED``, for all messages of the batch. Here None counts as
            ``self.SUCCESS``.
        """
        return self.SUCCESS
