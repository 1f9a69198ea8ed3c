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


import threading


class D(LogDestination):
    def send(self, msg):
        options = options_of(self)
        result = []

        def work():
            template = LogTemplate("$MESSAGE $(uppercase $(echo $MESSAGE))", options)
            result.append({decoded(template.format(msg)) for turn in range(1000)})

        threads = [threading.Thread(target=work) for number in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        trace(result)
        return True
