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
        for template in ("$(uppercase $MESSAGE)", "$(length $MESSAGE) $(+ 1 2)", "$(if ('$MESSAGE' == 'one') yes no)", "$(format-json --key MESSAGE)", "$(echo $(uppercase $MESSAGE))", "$(list-head a,b)"):
            trace(template, LogTemplate(template, options).format(msg))
        return True
