# SPDX-License-Identifier: GPL-2.0-or-later
"""Finds the modules that are embedded in libmod-python.so. Runs inside syslog-ng, before any user code."""

# Not importlib.abc: its base classes would bring some thirty modules, which take a megabyte of the daemon.
import importlib.machinery
import os
import sys


class EmbeddedModules:
    """Finder and loader in one: a MetaPathFinder and an InspectLoader."""

    def __init__(self, native, sources, host_folder):
        self.native = native
        self.sources = sources
        self.host_folder = host_folder
        self.modules = {}

    def find_spec(self, fullname, path=None, target=None):
        if fullname == "_syslogng":
            return importlib.machinery.ModuleSpec(fullname, NativeModule(self.native), origin="libmod-python.so")
        if fullname not in self.sources:
            return None
        spec = importlib.machinery.ModuleSpec(
            fullname, self, origin="libmod-python.so", is_package=self.is_package(fullname)
        )
        # What the host brings beside the embedded modules is found in its folder.
        if fullname == "syslogng" and os.path.isdir(self.host_folder):
            spec.submodule_search_locations.append(self.host_folder)
        return spec

    def is_package(self, fullname):
        return self.sources[fullname][1]

    def get_code(self, fullname):
        # A name that linecache looks up through the loader: tracebacks then show source lines.
        path = "libmod-python.so/" + fullname.replace(".", "/") + ".py"
        return compile(self.get_source(fullname), path, "exec", dont_inherit=True)

    def get_source(self, fullname):
        return self.sources[fullname][0]

    def create_module(self, spec):
        # Who takes the package out of sys.modules and imports it again gets the same classes: syslog-ng knows no others.
        return self.modules.get(spec.name)

    def exec_module(self, module):
        name = module.__spec__.name
        if name not in self.modules:
            exec(self.get_code(name), module.__dict__)
            self.modules[name] = module


class NativeModule:
    """Gives the one native module again to those who have taken it out of sys.modules."""

    def __init__(self, module):
        self.module = module

    def create_module(self, spec):
        return self.module

    def exec_module(self, module):
        pass


def install(native, sources, host_folder):
    """Put the embedded modules in front of all others, so that a file on disk can shadow none."""
    sys.meta_path.insert(0, EmbeddedModules(native, sources, host_folder))
