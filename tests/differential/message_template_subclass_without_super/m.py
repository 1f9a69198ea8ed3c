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
    def __init__(self, text):
        self.text = text


class D(LogDestination):
    def send(self, msg):
        template = Template("$MESSAGE")
        trace(attempt(lambda: template.format(msg, LogTemplateOptions())), attempt(lambda: str(template)))
        return True
