# SPDX-License-Identifier: GPL-2.0-or-later
"""Where syslog-ng's files are."""

from _syslogng import get_installation_path_for

__all__ = ["get_installation_path_for"]
