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
        made = LogMessage("text")
        made["a"] = "A"
        options = options_of(self)
        for template in ("", "plain", "$MESSAGE", "${a}-${MESSAGE}", "$a.b", "${nothing:-default}", "${nothing}", "$LEVEL/$FACILITY", "$$", "n\u00e4e ${a}", "$SEQNUM", "<$PRI>"):
            formatted = LogTemplate(template).format(made, options)
            trace(template.encode(), repr(formatted), type(formatted).__name__)
        trace(LogTemplate("$MESSAGE").format(msg, options), LogTemplate("$SEQNUM").format(msg, options, seqnum=5), LogTemplate("$SEQNUM").format(msg, options, LTZ_SEND, 7), LogTemplate("$SEQNUM").format(msg=msg, options=options, tz=LTZ_LOCAL, seqnum=8))
        trace(LTZ_LOCAL, LTZ_SEND)
        return True
