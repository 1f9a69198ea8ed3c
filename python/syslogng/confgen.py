# SPDX-License-Identifier: GPL-2.0-or-later
"""Parts of a configuration that Python code writes."""

from _syslogng import register_config_generator

__all__ = ["register_config_generator"]
