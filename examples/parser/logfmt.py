# SPDX-License-Identifier: GPL-2.0-or-later
"""A parser for texts such as ``level=info path="/a b" status=200``."""

import re
from typing import Any, Dict

from syslogng import LogMessage, LogParser

_PAIR = re.compile(r'([A-Za-z_]+)=(?:"([^"]*)"|(\S*))')


# region: class
class Logfmt(LogParser):
    """Sets values of the message; drops it from this log path if it has none of them."""

    def init(self, options: Dict[str, Any]) -> bool:
        """Take the options "names", with blanks between them, and "prefix".

        Only these names are set: syslog-ng remembers each name that a message ever had, so strangers must not choose them.
        """
        self.names = set(options["names"].split())
        self.prefix = options.get("prefix", "")
        return True

    def parse(self, msg: LogMessage) -> bool:
        """Read the text of a message."""
        found = False
        for name, quoted, bare in _PAIR.findall(msg.get_as_str("MESSAGE", "", errors="replace")):
            if name in self.names:
                msg[self.prefix + name] = quoted or bare
                found = True
        return found
# endregion
