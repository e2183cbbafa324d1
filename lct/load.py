"""Compiled units as classes, without files: for tests, for Verilog, for comparisons."""

from __future__ import annotations

import importlib
import importlib.abc
import importlib.machinery
import importlib.util
import itertools
import sys
from collections.abc import Mapping, Sequence
from types import ModuleType
from typing import Any

from spikewright.lct.compile import class_name, compile_unit
from spikewright.lct.library import Library

__all__ = ["load_class", "load_module", "make_component"]

_SERIAL = itertools.count()


class _Finder(importlib.abc.MetaPathFinder, importlib.abc.InspectLoader):
    """Finds a library's units as modules of a package that exists nowhere else."""

    def __init__(self, package: str, library: Library) -> None:
        self.package, self.library = package, library

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        """The specification of a module if it is one of ours."""
        del path, target
        package, _, name = fullname.rpartition(".")
        ours = package == self.package and self.library.path(name).is_file()
        if ours or fullname == self.package:
            return importlib.util.spec_from_loader(fullname, self)
        return None

    def is_package(self, fullname: str) -> bool:
        """Whether it is the package and not a unit in it."""
        return fullname == self.package

    def get_source(self, fullname: str) -> str:
        """The compiled source of a unit."""
        if fullname == self.package:
            return ""
        unit = self.library.unit(fullname.rpartition(".")[2])
        return compile_unit(unit, self.library, self.package)


def load_module(name: str, library: Library | None = None) -> ModuleType:
    """Compile a unit, and those that it is made from, and import the result.

    Raises
    ------
    LctError
        A unit has faults.
    """
    package = f"spikewright_tables_{next(_SERIAL)}"
    finder = _Finder(package, library or Library())
    sys.meta_path.insert(0, finder)
    try:
        return importlib.import_module(f"{package}.{name}")
    finally:
        sys.meta_path.remove(finder)
        for module in [m for m in sys.modules if m.partition(".")[0] == package]:
            del sys.modules[module]


def load_class(name: str, library: Library | None = None) -> Any:
    """The component class of a unit, compiled and imported."""
    return getattr(load_module(name, library), class_name(name))


def make_component(
    name: str, library: Library | None = None, overrides: Mapping[str, int] | None = None
) -> Any:
    """A component of a unit's class, as wide as the unit is with these base parameters.

    Those that the unit lacks are ignored.
    """
    library, values = library or Library(), dict(overrides or {})
    made = load_class(name, library)
    parameters = library.unit(name, values).parameters.values()
    known = {p.name.lower(): p.value for p in parameters} | values
    accepted = made.__init__.__kwdefaults__ or {}
    return made(**{n: v for n, v in known.items() if n in accepted})
