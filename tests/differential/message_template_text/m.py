# SPDX-License-Identifier: GPL-2.0-or-later
from tracing import *

from syslogng import LogMessage, LogTemplate, LogTemplateException, LTZ_LOCAL, LTZ_SEND

try:
    from syslogng import LogTemplateOptions
except ImportError:
    # The C module of 3.38 gives them to destinations only.
    LogTemplateOptions = None


def options_of(destination):
    return getattr(destination, "template_options", None) or LogTemplateOptions()


class D(LogDestination):
    def send(self, msg):
        trace(str(LogTemplate("$MESSAGE n\u00e4e")), str(LogTemplate("")), str(LogTemplate("$(uppercase $HOST)")))
        trace(type(LogTemplateOptions()).__name__, attempt(lambda: LogTemplateOptions(1)))
        return True
