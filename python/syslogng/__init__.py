# SPDX-License-Identifier: GPL-2.0-or-later
"""What a Python driver of syslog-ng imports.

The package is embedded in syslog-ng's Python module. The copy on disk is for editors, type checkers and unit tests: imported
outside of syslog-ng it warns, and has stand-ins in the place of what needs syslog-ng.
"""

try:
    import _syslogng
except ImportError:
    import sys
    import warnings

    from ._outside import native

    warnings.warn(
        "The syslogng package is imported outside of syslog-ng: drivers can be defined and tried, with stand-ins for LogMessage and "
        "Persist, but nothing can be posted, formatted or kept",
        stacklevel=2,
    )
    # For the modules of this package only: code that looks for it learns that it is not inside of syslog-ng.
    sys.modules["_syslogng"] = native()
    _OUTSIDE = True
else:
    _OUTSIDE = False

from .confgen import register_config_generator
from .dest import LogDestination, LogDestinationResult
from .logger import Logger
from .message import LogBatch, LogMessage
from .parser import LogParser
from .persist import Persist, SlngPersist
from .reloc import get_installation_path_for
from .source import BatchedAckTracker, ConsecutiveAckTracker, InstantAckTracker, LogFetcher, LogFetcherResult, LogSource
from .template import LTZ_LOCAL, LTZ_SEND, LogTemplate, LogTemplateException, LogTemplateOptions

__all__ = [
    "BatchedAckTracker",
    "ConsecutiveAckTracker",
    "InstantAckTracker",
    "LTZ_LOCAL",
    "LTZ_SEND",
    "LogBatch",
    "LogDestination",
    "LogDestinationResult",
    "LogFetcher",
    "LogFetcherResult",
    "LogMessage",
    "LogParser",
    "LogSource",
    "LogTemplate",
    "LogTemplateException",
    "LogTemplateOptions",
    "Logger",
    "Persist",
    "SlngPersist",
    "get_installation_path_for",
    "register_config_generator",
]

if _OUTSIDE:
    del sys.modules["_syslogng"]
