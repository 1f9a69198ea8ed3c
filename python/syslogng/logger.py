# SPDX-License-Identifier: GPL-2.0-or-later
"""Events of syslog-ng itself, as its internal() source gives them, and the way there from Python's ``logging``.

Importing the package is enough to have what is logged by Python's ``logging`` among syslog-ng's events. On syslog-ng 4 a
handler of the root logger does that, and the root logger passes on all levels. On older ones it is done in place of Python's
last resort, which writes to stderr where the code has no handlers of its own; the root logger then begins at WARNING, as
Python's does. Either way debug() and below cost no formatting unless syslog-ng runs at that level.
"""

import logging
from typing import Any

from _syslogng import _LOGGING, Logger, _said

__all__ = ["FAKE_LOGGER", "Logger", "SyslogNGInternalLogHandler", "setup_logging"]

FAKE_LOGGER: bool = _LOGGING == "none"
"""Whether this is imported outside of syslog-ng, so that events go nowhere but to Python's ``logging``."""


class SyslogNGInternalLogHandler(logging.Handler):
    """Makes events of syslog-ng of log records: on any thread, at syslog-ng's own level, with the traceback of exceptions."""

    syslogng_logger = Logger()

    def createLock(self) -> None:
        """Have no lock: syslog-ng has its own, and waits for nothing of Python's while it holds it."""
        self.lock = None

    def handle(self, record: logging.LogRecord) -> Any:
        """Pass a record on, if syslog-ng says events of its level."""
        if not _said(record.levelno):
            return False
        passed = self.filter(record)
        if passed:
            self.emit(passed if isinstance(passed, logging.LogRecord) else record)
        return passed

    def emit(self, record: logging.LogRecord) -> None:
        """Say a record as an event. Raises nothing: logging does not stop the code that logs."""
        try:
            text = self.format(record)
        except Exception as error:
            where = f"{record.pathname}:{record.lineno}"
            text = f"python-{record.name}: a log record cannot be formatted, {type(error).__name__} at {where}"
            self.say(max(record.levelno, logging.WARNING), text)
        else:
            self.say(record.levelno, text)

    def say(self, level: int, text: str) -> None:
        """Say an event of a level of Python's logging."""
        # What is no text in UTF-8, such as a file's name, is shown with backslashes.
        text = text.encode("utf-8", "backslashreplace").decode()
        if level >= logging.ERROR:
            self.syslogng_logger.error(text)
        elif level >= logging.WARNING:
            self.syslogng_logger.warning(text)
        elif level >= logging.INFO:
            self.syslogng_logger.info(text)
        elif level >= logging.DEBUG:
            self.syslogng_logger.debug(text)
        else:
            self.syslogng_logger.trace(text)


def setup_logging() -> None:
    """Lead what is logged by Python's ``logging`` to syslog-ng's events. Done when the package is imported."""
    handler = SyslogNGInternalLogHandler()
    handler.setFormatter(logging.Formatter("python-%(name)s: %(message)s"))
    if _LOGGING == "root":
        root = logging.getLogger()
        # Who imports the package anew does not get each event twice.
        for old in root.handlers[:]:
            if type(old).__name__ == SyslogNGInternalLogHandler.__name__:
                root.removeHandler(old)
        root.setLevel(logging.DEBUG)
        root.addHandler(handler)
    elif _LOGGING == "last resort":
        # Declared as what it is at first.
        setattr(logging, "lastResort", handler)


if not FAKE_LOGGER:
    setup_logging()
