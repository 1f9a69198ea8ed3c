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
        made = LogMessage(b"\xff\xfe")
        made["a\u00e4"] = "n\u00e4e"
        options = options_of(self)
        trace(attempt(lambda: LogTemplate("$MESSAGE").format(made, options)), LogTemplate("${a\u00e4}").format(made, options))
        return True
