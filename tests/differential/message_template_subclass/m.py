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


class Template(LogTemplate):
    def shout(self, msg, options):
        return self.format(msg, options).upper()


class D(LogDestination):
    def send(self, msg):
        template = Template("$MESSAGE")
        trace(template.shout(msg, options_of(self)), isinstance(template, LogTemplate))
        return True
