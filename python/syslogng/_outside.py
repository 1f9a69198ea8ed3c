# SPDX-License-Identifier: GPL-2.0-or-later
"""Stand-ins for the native part of the package outside of syslog-ng, so that drivers can be imported, derived and tested there.

Messages, Persist, ack trackers and Logger work as far as they do without a host; what needs one raises RuntimeError.
"""

import logging
import types
from enum import IntEnum
from typing import Any, Callable, Dict, Iterable, List, NoReturn, Optional, Union

_Name = Union[str, bytes]


def _needs_host(what: str) -> NoReturn:
    raise RuntimeError(f"{what} works inside of syslog-ng only: the syslogng package was imported by another program")


class LogDestinationResult(IntEnum):
    """What send() and flush() of a destination may return."""

    DROP = 0
    ERROR = 1
    EXPLICIT_ACK_MGMT = 2
    SUCCESS = 3
    QUEUED = 4
    NOT_CONNECTED = 5
    RETRY = 6


class LogFetcherResult(IntEnum):
    """What fetch() of a fetcher may return."""

    ERROR = 0
    NOT_CONNECTED = 1
    SUCCESS = 2
    TRY_AGAIN = 3
    NO_DATA = 4


class _Base:
    """What drivers derive from."""

    def __init__(self, *args: Any, **kwargs: Any) -> None: ...


class LogDestination(_Base):
    """Counts nothing."""

    def stats_written_bytes_add(self, bytes: int) -> None:
        """Do nothing."""


class LogParser(_Base):
    """Has nothing of its own."""


class LogFetcher(_Base):
    """Has no transport."""

    def set_transport_name(self, name: str) -> None:
        """Do nothing."""


class LogSource(_Base):
    """Posts nothing: tests replace post_message()."""

    auto_close_batches = True

    def post_message(self, msg: "LogMessage") -> None:
        """Raise RuntimeError."""
        _needs_host("post_message()")

    def post_messages(self, messages: Iterable["LogMessage"]) -> int:
        """Post one after the other."""
        posted = 0
        for message in messages:
            self.post_message(message)
            posted += 1
        return posted

    def close_batch(self) -> None:
        """Raise RuntimeError."""
        _needs_host("close_batch()")

    def set_transport_name(self, name: str) -> None:
        """Do nothing."""


class LogMessage:
    """Names and values, as in a dict. Texts are bytes. There are no macros."""

    def __init__(self, message: Optional[_Name] = None, bookmark: Any = None) -> None:
        self._values: Dict[bytes, Any] = {}
        self.bookmark = bookmark
        if message is not None:
            self["MESSAGE"] = message

    @staticmethod
    def _bytes(text: Any) -> Any:
        return text.encode() if isinstance(text, str) else text

    def __getitem__(self, key: _Name) -> Any:
        return self._values[self._bytes(key)]

    def __setitem__(self, key: _Name, value: Any) -> None:
        self._values[self._bytes(key)] = self._bytes(value)

    def __delitem__(self, key: _Name) -> None:
        del self._values[self._bytes(key)]

    def __contains__(self, key: _Name) -> bool:
        return self._bytes(key) in self._values

    def keys(self) -> List[bytes]:
        """Give the names of the message's values."""
        return list(self._values)

    def get(self, key: _Name, default: Any = None) -> Any:
        """Give a value, or ``default``."""
        return self._values.get(self._bytes(key), default)

    def get_as_str(
        self, key: _Name, default: Optional[str] = None, encoding: str = "utf-8", errors: str = "strict", repr: str = "internal"
    ) -> Optional[str]:
        """Give the text of a value, or ``default``."""
        if key not in self:
            return default
        value = self[key]
        return value.decode(encoding, errors) if isinstance(value, bytes) else str(value)

    def set_bookmark(self, bookmark: Any) -> None:
        """Keep it as an attribute."""
        self.bookmark = bookmark

    def __getattr__(self, name: str) -> Any:
        if name.startswith(("get_", "set_")):
            return lambda *args, **kwargs: _needs_host(f"LogMessage.{name}()")
        raise AttributeError(name)

    @staticmethod
    def parse(raw_msg: _Name, parse_options: Any) -> "LogMessage":
        """Raise RuntimeError."""
        _needs_host("LogMessage.parse()")


class LogBatch:
    """Made by syslog-ng only."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        _needs_host("LogBatch")


class Persist(Dict[str, Any]):
    """A dict that is gone with the process."""

    def __init__(self, persist_name: str) -> None:
        super().__init__()
        self.persist_name = persist_name


class AckTracker:
    """Keeps what it is given."""


class InstantAckTracker(AckTracker):
    """Keeps what it is given."""

    def __init__(self, ack_callback: Callable[[Any], Any]) -> None:
        self.ack_callback = ack_callback


class ConsecutiveAckTracker(AckTracker):
    """Keeps what it is given."""

    def __init__(self, ack_callback: Callable[[Any], Any]) -> None:
        self.ack_callback = ack_callback


class BatchedAckTracker(AckTracker):
    """Keeps what it is given."""

    def __init__(self, timeout: int, batch_size: int, batched_ack_callback: Callable[[List[Any]], Any]) -> None:
        self.timeout = timeout
        self.batch_size = batch_size
        self.batched_ack_callback = batched_ack_callback


LTZ_LOCAL = 0
LTZ_SEND = 1


class LogTemplateException(Exception):
    """A template's text is none."""


class LogTemplateOptions:
    """Has none."""


class LogTemplate:
    """Keeps its text."""

    def __init__(self, template: str, options: Optional[LogTemplateOptions] = None) -> None:
        self.template = template

    def __str__(self) -> str:
        return self.template

    def format(self, *args: Any, **kwargs: Any) -> str:
        """Raise RuntimeError."""
        _needs_host("LogTemplate.format()")


class Logger:
    """Says events by Python's logging, as the logger ``syslogng``."""

    _logger = logging.getLogger("syslogng")

    def __init__(self, *args: Any, **kwargs: Any) -> None: ...

    def error(self, message: str) -> None:
        """Say that something failed."""
        self._logger.error("%s", message)

    def warning(self, message: str) -> None:
        """Say that something is not as it should be."""
        self._logger.warning("%s", message)

    def info(self, message: str) -> None:
        """Say something ordinary."""
        self._logger.info("%s", message)

    def debug(self, message: str) -> None:
        """Say something that helps to find a mistake."""
        self._logger.debug("%s", message)

    def trace(self, message: str) -> None:
        """Say something that helps to follow single messages."""
        self._logger.log(5, "%s", message)


def register_config_generator(context: str, name: str, config_generator: Callable[..., str]) -> None:
    """Do nothing: there is no config."""


def get_installation_path_for(template: str) -> str:
    """Give it back as it is."""
    return template


def native() -> types.ModuleType:
    """Give a module to import as ``_syslogng``: what stands here, and of names that do not a stand-in that can be imported."""
    module = types.ModuleType("_syslogng", __doc__)
    for name, value in globals().items():
        if not name.startswith("_"):
            setattr(module, name, value)

    def other(name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        if name[:1].isupper():
            return type(name, (_Base,), {})
        return lambda *args, **kwargs: _needs_host(f"{name}()")

    vars(module).update(_LOGGING="none", _said=lambda level: True, __getattr__=other)
    return module
