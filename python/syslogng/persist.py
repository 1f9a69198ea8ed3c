# SPDX-License-Identifier: GPL-2.0-or-later
"""State that outlives syslog-ng's process."""

from collections.abc import MutableMapping
from typing import Any, Dict, Optional

from _syslogng import Persist as SlngPersist

__all__ = ["Persist", "SlngPersist"]


class Persist(SlngPersist, MutableMapping[str, Any]):
    """Keys and values that outlive the process, in syslog-ng's persist file; used as a dict is.

    Keys are str. Values are str, bytes, int, float, bool and None, of about 8 KB at most. It can be used from ``init()`` on, on any
    thread. What is under a name that nobody makes a Persist of is gone after syslog-ng has been started twice.

    Args:
        persist_name: a name of its own, such as ``self.persist_name`` of a driver; without ``##``.
        defaults: what is stored for keys that are not there yet.
    """

    def __init__(self, persist_name: str, defaults: Optional[Dict[str, Any]] = None) -> None:
        super().__init__(persist_name)
        if defaults:
            for key, value in defaults.items():
                if key not in self:
                    self[key] = value

    # Two of them are not equal because they hold the same.
    __eq__ = object.__eq__
    __hash__ = object.__hash__
