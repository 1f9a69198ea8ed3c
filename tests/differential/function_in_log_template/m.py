# SPDX-License-Identifier: GPL-2.0-or-later
from tracing import *


from syslogng import LogTemplate


def f(msg, *args):
    return "f " + text(msg)


class D(LogDestination):
    def send(self, msg):
        template = LogTemplate("$(python m.f $HOST)")
        trace(template.format(msg, self.template_options))
        return True
