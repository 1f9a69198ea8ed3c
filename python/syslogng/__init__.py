# SPDX-License-Identifier: GPL-2.0-or-later
"""What a Python driver of syslog-ng imports.

The package is embedded in syslog-ng's Python module. The copy on disk is for editors and type checkers: outside of syslog-ng
there is nothing to import it with.
"""

from .confgen import register_config_generator
from .dest import LogDestination, LogDestinationResult
from .logger import Logger
from .message import LogBatch, LogMessage
from .parser import LogParser
from .persist import Persist
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
    "get_installation_path_for",
    "register_config_generator",
]
