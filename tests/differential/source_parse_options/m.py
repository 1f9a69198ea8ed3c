# SPDX-License-Identifier: GPL-2.0-or-later
from tracing import *


class S(LogSource):
    def run(self):
        for raw in (
            "<165>1 2003-10-11T22:14:15.003Z mymachine evntslog 111 ID47 - text",
            "<165>1 2003-10-11T22:14:15.003Z mymachine evntslog - - [id@1 a=\"b\"] text",
            "plain",
        ):
            self.post_message(LogMessage.parse(raw, self.parse_options))
        trace(attempt(lambda: LogMessage.parse("x", None)))
        trace(attempt(lambda: LogMessage.parse("x")))

    def request_exit(self):
        pass
