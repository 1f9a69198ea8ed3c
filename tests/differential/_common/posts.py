# SPDX-License-Identifier: GPL-2.0-or-later
"""A source and a fetcher for configs with a source's options: each parses the same lines."""

from syslogng import LogFetcher, LogMessage, LogSource

LINES = (
    "<165>1 2003-10-11T22:14:15.003+02:00 my.machine.example evntslog 111 ID47 [id@1 a=\"b\"] text",
    "<34>Oct 11 22:14:15 other prog[77]: old text",
    "no header at all",
)


class S(LogSource):
    """Posts them."""

    def run(self):
        """Post each once."""
        for line in LINES:
            self.post_message(LogMessage.parse(line, self.parse_options))

    def request_exit(self):
        """Nothing runs then."""


class F(LogFetcher):
    """Gives them one by one."""

    def __init__(self):
        self.left = list(LINES)

    def fetch(self):
        """Give the next one."""
        if not self.left:
            return (self.FETCH_NO_DATA,)
        return (self.FETCH_SUCCESS, LogMessage.parse(self.left.pop(0), self.parse_options))
