# SPDX-License-Identifier: GPL-2.0-or-later
"""Parsers: classes that read messages on their way and add to them."""

from typing import Any, Dict

from _syslogng import LogParser as _NativeParser

from .message import LogMessage

__all__ = ["LogParser"]


class LogParser(_NativeParser):
    """Base class of parsers, named in a config by ``parser { python(class("module.Name")); };``.

    syslog-ng makes an instance for each log path that leads through the parser, and calls ``init()`` and ``deinit()``, on its
    main thread. ``parse()`` is called on whichever of its threads brings a message, so on one after the other and, where they
    let each other, on several at once: what it shares with other calls needs a lock where it waits. Only ``parse()`` has to be
    defined. Any exception that leaves a method becomes an error event in syslog-ng's ``internal()`` source, with its traceback.
    """

    def init(self, options: Dict[str, Any]) -> bool:
        """Get ready. Called at start and at each reload, on the main thread.

        Args:
            options: what stands in ``options()``; an empty dict without it.

        Returns:
            True. False, None or an exception refuses the config.
        """
        return True

    def deinit(self) -> None:
        """Let go of everything. Called at stop and at each reload, on the main thread, when ``parse()`` does not run."""

    def parse(self, msg: LogMessage) -> bool:
        """Read a message, and set values in it: ``msg["name"] = value``. Every parser defines it.

        Args:
            msg: the message. Until this returns it can be changed, and other log paths do not see that. It can be kept, and
                stays as it is then.

        Returns:
            True: the message goes on. False: it is dropped from this log path, as it is after an exception, and after None,
            which is told once.
        """
        raise NotImplementedError
