# SPDX-License-Identifier: GPL-2.0-or-later
"""What the classes of the cases note what they see with."""

import os
import threading

try:
    from syslogng import LogDestination
except ImportError:
    # The C module of 3.38 has no base class for destinations, and needs none.
    LogDestination = object

try:
    from syslogng import LogParser
except ImportError:
    LogParser = object

try:
    from syslogng import BatchedAckTracker, ConsecutiveAckTracker, InstantAckTracker, LogFetcher, LogMessage, LogSource, Persist
except ImportError:
    # Outside of syslog-ng.
    pass

_folder = os.path.dirname(os.path.abspath(__file__))


def trace(*words):
    """Add a line to the file ``trace``."""
    write("trace", *words)


def write(name, *words):
    """Add a line to a file in the host's folder."""
    file = os.open(os.path.join(_folder, name), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    os.write(file, (" ".join(map(str, words)) + "\n").encode("utf-8", "backslashreplace"))
    os.close(file)


def attempt(what):
    """Give what a call gives, or the type of what it raises."""
    try:
        return what()
    except Exception as error:
        return type(error).__name__


def decoded(formatted):
    """Give what a template gave as str: on AxoSyslog that is bytes."""
    return formatted.decode("utf-8", "backslashreplace") if isinstance(formatted, bytes) else formatted


def text(msg):
    """Give the text of a message as str."""
    return msg["MESSAGE"].decode("utf-8", "backslashreplace")
