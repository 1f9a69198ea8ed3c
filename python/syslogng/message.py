# SPDX-License-Identifier: GPL-2.0-or-later
"""Log messages."""

from _syslogng import LogBatch, LogMessage

__all__ = ["LogBatch", "LogMessage"]
