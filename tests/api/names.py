# SPDX-License-Identifier: GPL-2.0-or-later
"""Lists the names of the Python API as code inside syslog-ng sees them, a line each: ``name kind``.

Walks ``_syslogng`` and ``syslogng`` by dir(): modules, functions, classes, and what classes have on top of Python's own
types. Of the packages that the hosts' shipped modules are, only which modules there are and can be imported.
"""

import enum
import importlib
import inspect
import logging
import pkgutil
import sys
import types

PACKAGES = ("_syslogng", "syslogng")
# Modules that the host ships as they are: what is in them is not the API of syslog-ng's Python module.
SHIPPED = ("syslogng.debuggercli", "syslogng.modules", "syslogng.scl")
# What classes of these kinds have anyway.
PYTHONS_OWN = (object, int, dict, Exception, enum.IntEnum, enum.Enum, logging.Handler)
# What differs from one class or one Python to the next without being anybody's API.
INCIDENTAL = {"__dict__", "__weakref__", "__module__", "__annotations__", "__annotate__", "__annotate_func__", "__annotations_cache__"}
INCIDENTAL |= {"__firstlineno__", "__static_attributes__", "__orig_bases__", "__parameters__", "__abstractmethods__", "__slots__"}
INCIDENTAL |= {"__class_getitem__", "__reversed__", "__match_args__", "__type_params__", "__members__"}


def kind(value):
    """Say what a value is, in one word."""
    if isinstance(value, types.ModuleType):
        return "module"
    if inspect.isclass(value):
        return "class"
    if callable(value):
        return "function"
    return "value"


def names_of_class(name, cls):
    """Give the names that a class has on top of Python's own types."""
    own = set(INCIDENTAL)
    for base in PYTHONS_OWN:
        if issubclass(cls, base):
            own |= set(dir(base))
    for attribute in dir(cls):
        private = attribute.startswith("_") and not attribute.startswith("__")
        if attribute not in own and not private:
            value = inspect.getattr_static(cls, attribute)
            callable_ = callable(getattr(cls, attribute, None)) or isinstance(value, (staticmethod, classmethod))
            yield f"{name}.{attribute}", "method" if callable_ else "attribute"


def names_of_module(module):
    """Give the names of a module that are not other people's."""
    for attribute in dir(module):
        value = getattr(module, attribute)
        if attribute.startswith("_") or isinstance(value, types.ModuleType):
            continue
        origin = getattr(type(value) if kind(value) == "value" else value, "__module__", None) or "builtins"
        # What a module imported for its own use.
        if module.__name__ != "_syslogng" and origin.partition(".")[0] not in (*PACKAGES, "builtins"):
            continue
        name = f"{module.__name__}.{attribute}"
        yield name, kind(value)
        # What is in a class is told once, under its shortest name.
        again = "." in module.__name__ and getattr(sys.modules["syslogng"], attribute, None) is value
        if inspect.isclass(value) and not again:
            yield from names_of_class(name, value)


def embedded(package):
    """Give the modules of a package that are in no folder."""
    for finder in sys.meta_path:
        for name in getattr(finder, "sources", ()):
            if name.rpartition(".")[0] == package:
                yield name.rpartition(".")[2]


def modules(name):
    """Give a package's modules, those of packages in it included."""
    try:
        module = importlib.import_module(name)
    except Exception:
        # Needs something that is not installed, or cannot be used here.
        return
    yield module
    found = {found.name for found in pkgutil.iter_modules(getattr(module, "__path__", []))}
    found.update(embedded(name))
    if name == "syslogng":
        # A folder without a file of its own.
        found.add("modules")
    for child in sorted(found):
        if not child.startswith("_"):
            yield from modules(f"{name}.{child}")


def names():
    """Give all of them."""
    for package in PACKAGES:
        for module in modules(package):
            yield module.__name__, "module"
            if not module.__name__.startswith(SHIPPED):
                yield from names_of_module(module)


def write(path):
    """Write them to a file, sorted."""
    with open(path, "w") as file:
        for line in sorted({f"{name} {kind_}" for name, kind_ in names()}):
            print(line, file=file)
