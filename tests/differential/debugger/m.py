# SPDX-License-Identifier: GPL-2.0-or-later
"""The host's package wants a parser generator that need not be installed."""

import sys
import types

ply = types.ModuleType("ply")
for name in ("lex", "yacc"):
    module = types.ModuleType(f"ply.{name}")
    setattr(module, name, lambda *args, **kwargs: None)
    module.LexToken = object
    setattr(ply, name, module)
    sys.modules[f"ply.{name}"] = module
sys.modules["ply"] = ply
