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
        template = LogTemplate("<$MESSAGE>", options)
        trace(template.format(msg), template.format(msg, options), LogTemplate("$SEQNUM", options).format(msg, seqnum=5))
        return True
