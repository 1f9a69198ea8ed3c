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


from datetime import datetime, timezone


class D(LogDestination):
    def send(self, msg):
        made = LogMessage("text")
        made.set_timestamp(datetime(2023, 7, 14, 12, 0, 0, 123456, timezone.utc))
        options = LogTemplateOptions()
        for template in ("$S_DATE", "$S_ISODATE", "$S_STAMP", "$S_HOUR", "$S_TZ", "$S_UNIXTIME"):
            trace(template, LogTemplate(template, options).format(made, tz=LTZ_LOCAL), LogTemplate(template, options).format(made, tz=LTZ_SEND), LogTemplate(template, options).format(made))
        return True
