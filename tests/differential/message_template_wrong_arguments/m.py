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
        trace(*(attempt(lambda: LogTemplate(value)) for value in (1, None, b"$MESSAGE", "a\0b", "\udc80", [])))
        trace(attempt(lambda: LogTemplate()), attempt(lambda: LogTemplate("a", 5)), attempt(lambda: LogTemplate("a", "b", "c")))
        return True
