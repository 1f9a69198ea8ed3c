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


import sys

if not hasattr(sys, "kept"):
    sys.kept = []


class D(LogDestination):
    def send(self, msg):
        if not sys.kept:
            options = LogTemplateOptions()
            sys.kept = [LogTemplate(template, options) for template in ("$MESSAGE", "$(uppercase $MESSAGE)", "$(template ${name})")]
        made = LogMessage(msg["MESSAGE"])
        made["name"] = "greeting"
        trace("%s:" % text(msg), *(decoded(template.format(made)) for template in sys.kept))
        return True
