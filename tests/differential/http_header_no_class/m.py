# SPDX-License-Identifier: GPL-2.0-or-later
"""What is refused."""

from tracing import trace


class H: pass
