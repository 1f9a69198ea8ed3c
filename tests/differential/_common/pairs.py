# SPDX-License-Identifier: GPL-2.0-or-later
"""A destination for configs with value-pairs()."""

from tracing import LogDestination, trace


class D(LogDestination):
    """Notes each dict that it is sent."""

    def send(self, pairs):
        """Note names and values, sorted."""
        trace(type(pairs).__name__, *(f"{name}={value!r}" for name, value in sorted(pairs.items())))
        return True
