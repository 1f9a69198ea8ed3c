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
        options, made = LogTemplateOptions(), LogMessage("text")
        plain, function = LogTemplate("$MESSAGE ${n}", options), LogTemplate("$(uppercase $MESSAGE) ${n}", options)
        for number in range(3):
            made["n"] = str(number)
            trace(plain.format(made), function.format(made), made.set_pri(number), made["PRI"])
        return True
