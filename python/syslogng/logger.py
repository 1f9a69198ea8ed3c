# SPDX-License-Identifier: GPL-2.0-or-later
"""Events of syslog-ng itself, as its internal() source gives them."""

from _syslogng import Logger

__all__ = ["Logger"]
