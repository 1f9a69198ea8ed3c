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
        options = options_of(self)
        for template in ("${", "${a", "$(", "$(uppercase", "a $ b"):
            trace(template, attempt(lambda: LogTemplate(template).format(msg, options)))
        try:
            LogTemplate("${a")
        except LogTemplateException as error:
            trace(type(error).__name__, str(error).startswith("Error compiling template: "), issubclass(LogTemplateException, Exception))
        template = LogTemplate("$MESSAGE")
        trace(attempt(lambda: template.format(msg)), attempt(lambda: template.format("text", options)), attempt(lambda: template.format(msg, 5)), attempt(lambda: template.format()))
        trace(attempt(lambda: template.format(msg, options, "x")), attempt(lambda: template.format(msg, options, 1, "x")))
        return True
