# SPDX-License-Identifier: GPL-2.0-or-later
"""Templates: texts with values and macros in them, as in a config's ``template("$HOST: $MESSAGE\\n")``."""

from _syslogng import LTZ_LOCAL, LTZ_SEND, LogTemplate, LogTemplateException, LogTemplateOptions

__all__ = ["LTZ_LOCAL", "LTZ_SEND", "LogTemplate", "LogTemplateException", "LogTemplateOptions"]
