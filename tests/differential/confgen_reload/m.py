# SPDX-License-Identifier: GPL-2.0-or-later
"""References to what was made."""

made = []
