# SPDX-License-Identifier: GPL-2.0-or-later
"""The native part of the syslogng package."""

from datetime import datetime
from enum import IntEnum
from typing import Any, Callable, Dict, Iterable, Iterator, List, Optional, SupportsIndex, Tuple, Union, final, overload

from typing_extensions import Self

_Value = Union[str, bytes, SupportsIndex, float, None, datetime, List[str], List[bytes], List[Union[str, bytes]]]

class LogDestinationResult(IntEnum):
    """What send() and flush() of a destination may return."""

    DROP = 0
    ERROR = 1
    SUCCESS = 3
    QUEUED = 4
    NOT_CONNECTED = 5
    RETRY = 6
    EXPLICIT_ACK_MGMT = 2
    """Of no use in Python: an error, if it is returned."""

class LogDestination:
    """The native base of syslogng.LogDestination."""

    def __new__(cls, *_args: Any, **_kwargs: Any) -> Self: ...
    def stats_written_bytes_add(self, bytes: int) -> None:
        """Add to the host's count of bytes that this destination has written (``output_event_bytes_total`` from
        syslog-ng 4 on; older ones have no such counter)."""

@final
class ParseOptions:
    """How a source makes messages of text; for LogMessage.parse(). Made by syslog-ng."""

class AckTracker:
    """The base of ack trackers. Callbacks are called on any thread, and nothing may be posted there."""

class InstantAckTracker(AckTracker):
    """Tells of each message when it is delivered: ack_callback(bookmark)."""

    def __init__(self, ack_callback: Callable[[Any], Any]) -> None: ...

class ConsecutiveAckTracker(AckTracker):
    """Tells of the newest message such that it and all before it are delivered: ack_callback(bookmark)."""

    def __init__(self, ack_callback: Callable[[Any], Any]) -> None: ...

class BatchedAckTracker(AckTracker):
    """Tells of many messages at once, in any order: batched_ack_callback([bookmark, …]).

    That is when batch_size of them are delivered, or after timeout milliseconds.
    """

    def __init__(self, timeout: int, batch_size: int, batched_ack_callback: Callable[[List[Any]], Any]) -> None: ...

class LogFetcherResult(IntEnum):
    """What fetch() of a fetcher may return."""

    ERROR = 0
    NOT_CONNECTED = 1
    SUCCESS = 2
    TRY_AGAIN = 3
    NO_DATA = 4

class LogFetcher:
    """The native base of syslogng.LogFetcher."""

    FETCH_ERROR = LogFetcherResult.ERROR
    FETCH_NOT_CONNECTED = LogFetcherResult.NOT_CONNECTED
    FETCH_SUCCESS = LogFetcherResult.SUCCESS
    FETCH_TRY_AGAIN = LogFetcherResult.TRY_AGAIN
    FETCH_NO_DATA = LogFetcherResult.NO_DATA

    def __new__(cls, *_args: Any, **_kwargs: Any) -> Self: ...
    @property
    def persist_name(self) -> str:
        """The name under which syslog-ng knows this fetcher across restarts; there from init() on."""

    def set_transport_name(self, name: str) -> None:
        """Set the value TRANSPORT of the messages that are fetched from now on."""

class LogSource:
    """The native base of syslogng.LogSource."""

    auto_close_batches: bool

    def __new__(cls, *_args: Any, **_kwargs: Any) -> Self: ...
    @property
    def persist_name(self) -> str:
        """The name under which syslog-ng knows this source across restarts; there from init() on."""

    def post_message(self, msg: "LogMessage") -> None:
        """Post a message: in run(), or on any other thread but the one of init(), deinit() and request_exit().

        When it returns, syslog-ng has the message. It waits while as many messages are on their way as log-iw-size() allows
        (in run() not where the class has suspend() and wakeup()), and on other threads until run() begins; other Python threads
        run meanwhile. The messages of one thread keep their order.

        Raises:
            RuntimeError: "source is stopping" when the source has been told to end or run() has ended, or where it cannot be
                called: syslog-ng does not have the message.
            ValueError: the message has been posted already.
        """

    def post_messages(self, messages: Iterable["LogMessage"]) -> int:
        """Post many messages, in order, with less work for each: otherwise as post_message().

        They are taken from the iterable up to 1000 at a time, and posted when these are there, or the iterable ends or raises.

        Returns:
            How many messages there were.

        Raises:
            RuntimeError, ValueError: as post_message().
            TypeError: what came was no LogMessage.
            Exception: what the iterable raised.
            What came before is posted: the exception's attribute ``posted`` says how many messages syslog-ng has.
        """

    def close_batch(self) -> None:
        """Let syslog-ng go on with what was posted, where auto_close_batches is False.

        On another thread than run()'s it has each message go on by itself from then on, those that run() has posted before with
        the next one.

        Raises:
            RuntimeError: as post_message().
        """

    def set_transport_name(self, name: str) -> None:
        """Set the value TRANSPORT of the messages that are posted from now on."""

class LogParser:
    """The native base of syslogng.LogParser."""

    def __new__(cls, *_args: Any, **_kwargs: Any) -> Self: ...

class Persist:
    """Keys and values that outlive the process, in syslog-ng's persist file."""

    def __init__(self, persist_name: str) -> None: ...
    @property
    def persist_name(self) -> str:
        """The name that it was made with."""

    def __getitem__(self, key: str, /) -> Any: ...
    def __setitem__(self, key: str, value: Any, /) -> None: ...
    def __delitem__(self, key: str, /) -> None: ...
    def __contains__(self, key: object, /) -> bool: ...
    def __iter__(self) -> Iterator[str]: ...
    def __len__(self) -> int: ...

class LogMessage:
    """A log message: its values by name, as in ``msg["HOST"]``.

    Names are str or bytes; macros such as DATE or FACILITY are names too, and can be read. Values are bytes where the
    config's version is below 4.0, and there a name without a value reads ``b""``; from 4.0 on they have types: bytes for
    texts, int, float, bool, None, datetime (aware where an offset was set with it), and lists of bytes. One that
    LogMessage() makes can be changed, and one that a parser gets until parse() returns; others cannot.
    """

    def __init__(self, message: Union[str, bytes, None] = None, bookmark: Any = None) -> None: ...
    def __getitem__(self, key: Union[str, bytes], /) -> Any: ...
    def __setitem__(self, key: Union[str, bytes], value: _Value, /) -> None: ...
    def __delitem__(self, key: Union[str, bytes], /) -> None: ...
    def __contains__(self, key: Union[str, bytes], /) -> bool: ...
    def keys(self) -> List[bytes]:
        """Give the names of the message's values, and of all macros."""
    def get(self, key: Union[str, bytes], default: Any = None) -> Any:
        """Give a value, or ``default`` if the message has none of this name."""
    @overload
    def get_as_str(
        self, key: Union[str, bytes], default: None = None, encoding: str = "utf-8", errors: str = "strict", repr: str = "internal"
    ) -> Optional[str]: ...
    @overload
    def get_as_str(
        self, key: Union[str, bytes], default: str, encoding: str = "utf-8", errors: str = "strict", repr: str = "internal"
    ) -> str:
        """Give the text of a value of any type, or ``default`` if the message has none of this name."""
    def set_pri(self, pri: int) -> None:
        """Set facility and level, as the number that stands in angle brackets before a message."""
    def get_pri(self) -> int:
        """Give facility and level, as one number."""
    def set_timestamp(self, timestamp: datetime) -> None:
        """Set the time that the message says of itself. A naive datetime is local time."""
    def get_timestamp(self) -> datetime:
        """Give the time that the message says of itself, as its own clock showed it: a naive datetime."""
    def set_source_ipaddress(self, ip: Union[str, bytes, None], port: int = 0) -> bool:
        """Set where the message came from. False if ``ip`` is None or no address in digits."""
    def set_recvd_rawmsg_size(self, rawmsg_size: int) -> None:
        """Set how many bytes came in for this message."""
    def set_bookmark(self, bookmark: Any) -> None:
        """Set what the source's ack tracker gives back when the message is delivered; None for nothing."""
    @staticmethod
    def parse(raw_msg: Union[str, bytes], parse_options: ParseOptions) -> LogMessage:
        """Make a message of a text, as a source with these options does: its ``parse_options``."""

LTZ_LOCAL: int
LTZ_SEND: int

class LogTemplateException(Exception):
    """A template's text is none."""

@final
class LogTemplateOptions:
    """How templates print times, and what becomes of errors in them: what the config's own options say."""

class LogTemplate:
    """A text such as ``$HOST: $(uppercase $MESSAGE)``, compiled. May be kept beyond a reload, and used on any thread."""

    def __init__(self, template: str, options: Optional[LogTemplateOptions] = None) -> None: ...
    def format(
        self, msg: LogMessage, options: Optional[LogTemplateOptions] = None, tz: int = LTZ_SEND, seqnum: int = 0
    ) -> str:
        """Give the text that the template makes of a message; as bytes on AxoSyslog.

        Options count instead of those that LogTemplate() was given; one of them has to be there. ``tz`` says which of
        their time zones counts, LTZ_LOCAL or LTZ_SEND; ``seqnum`` is what $SEQNUM gives.
        """

@final
class LogBatch:
    """Messages for send_batch(): a read-only sequence in their order. Made by syslog-ng."""

    def __len__(self) -> int: ...
    def __iter__(self) -> Iterator[LogMessage]: ...
    @overload
    def __getitem__(self, index: int, /) -> LogMessage: ...
    @overload
    def __getitem__(self, index: slice, /) -> "LogBatch": ...
    def values(self, *names: Union[str, bytes]) -> List[Tuple[Any, ...]]:
        """Read values of all messages at once: a tuple for each message, with None (b"" below config version 4.0) for a
        name without a value."""

    def column(self, name: Union[str, bytes]) -> List[Any]:
        """Read one value of all messages at once."""

@final
class SequenceNumber:
    """An int that changes: int(n), str(n)."""

    def __int__(self) -> int: ...
    def __index__(self) -> int: ...

class Logger:
    """Says events of syslog-ng itself: they come out of its internal() source. On any thread.

    debug() and trace() say nothing unless syslog-ng runs at that level, which may change at any time
    (``syslog-ng-ctl debug --set=on``).
    """

    def __new__(cls, *_args: Any, **_kwargs: Any) -> Self: ...
    def error(self, message: str, /) -> None:
        """Say that something failed."""

    def warning(self, message: str, /) -> None:
        """Say that something is not as it should be."""

    def info(self, message: str, /) -> None:
        """Say something ordinary."""

    def debug(self, message: Optional[str] = None, /, *rest: Any) -> None:
        """Say something that helps to find a mistake: one text. What it is given is looked at only if it is said."""

    def trace(self, message: Optional[str] = None, /, *rest: Any) -> None:
        """Say something that helps to follow single messages: one text, as with debug()."""

_LOGGING: str

def _said(level: int) -> bool: ...

def register_config_generator(context: str, name: str, config_generator: Callable[[Dict[str, str]], Union[str, bytes]]) -> None:
    """Have ``config_generator`` write a part of the configuration that is being read.

    Where ``name(...)`` stands in ``context`` ("source", "destination", "parser", "root", ...), what the function returns is read
    in its place. It is called with a dict of the options in the brackets, texts all, and gives a str. Called in a ``python``
    block, or while a module is imported there; the function belongs to that configuration and is gone with it.

    Raises RuntimeError where no configuration is being read or the name's own generator is at work, ValueError for an unknown
    context or a NUL, TypeError for what cannot be called.
    """

def get_installation_path_for(template: str) -> str:
    """Give a path with its variables replaced, such as ``${localstatedir}/file``: where syslog-ng is installed.

    Variables are prefix, exec_prefix, libexecdir, datarootdir, datadir, localstatedir, moduledir, and on hosts of version 4
    pkgdatadir. Raises KeyError for another one, and ValueError where one has no end or the text holds a NUL.
    """
