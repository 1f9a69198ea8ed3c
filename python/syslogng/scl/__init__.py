# SPDX-License-Identifier: GPL-2.0-or-later
"""The classes behind the snippets in scl/. Configs use the snippets, not the classes."""
