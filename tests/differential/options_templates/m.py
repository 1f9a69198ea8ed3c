# SPDX-License-Identifier: GPL-2.0-or-later
from tracing import *


class D(LogDestination):
    def init(self, options):
        self.options = options
        for name, value in sorted(options.items()):
            trace(name, type(value).__name__)
        return True

    def send(self, msg):
        for name, value in sorted(self.options.items()):
            shown = value.format(msg, self.template_options)
            trace(name, shown if isinstance(shown, str) else shown.decode())
        return True
