"""Verilog of compiled units, for tools that do not read Amaranth."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from amaranth.back import rtlil, verilog

from spikewright.lct.compile import bases
from spikewright.lct.generate import write_file
from spikewright.lct.library import SUFFIX, Library
from spikewright.lct.load import load_class

__all__ = ["generate_verilog", "verilog_text", "write_verilog"]

# The first line of the converter names its version.
_BANNER = re.compile(r"\A/\*.*?\*/\n+", re.DOTALL)


@contextmanager
def _pinned_yosys() -> Iterator[None]:
    """The yosys that is installed with Amaranth: the system's own would write other text."""
    name = "AMARANTH_USE_YOSYS"
    before = os.environ.get(name)
    os.environ[name] = "builtin"
    try:
        yield
    finally:
        os.environ.pop(name, None)
        if before is not None:
            os.environ[name] = before


def verilog_text(
    name: str, library: Library | None = None, parameters: Mapping[str, int] | None = None
) -> str:
    """Verilog of one unit, a module of the unit's name.

    Parameters
    ----------
    parameters : mapping of str to int
        Values of base parameters by lower-case name; those that the unit lacks are ignored.
    """
    library = library or Library()
    return _Conversion(name, library, parameters or {}).verilog()


class _Conversion:
    def __init__(self, name: str, library: Library, parameters: Mapping[str, int]) -> None:
        self.name, self.library = name, library
        found = bases(library.unit(name), library)
        self.parameters = {k: parameters.get(k, b.default) for k, b in found.items()}

    def _component(self) -> object:
        return load_class(self.name, self.library)(**self.parameters)

    def header(self) -> str:
        """The head of the file. The digest says whether a file is still up to date."""
        text = rtlil.convert(self._component(), name=self.name, emit_src=False)
        values = ", ".join(f"{k} = {v}" for k, v in self.parameters.items()) or "none"
        return (
            f"// Generated from {self.name}{SUFFIX}: do not edit, change the table.\n"
            f"// Parameters: {values}\n"
            f"// Digest: {hashlib.sha256(text.encode()).hexdigest()}\n"
        )

    def verilog(self) -> str:
        with _pinned_yosys():
            text = verilog.convert(self._component(), name=self.name, emit_src=False)
        return self.header() + _BANNER.sub("", text)


def write_verilog(
    name: str,
    directory: Path,
    library: Library | None = None,
    parameters: Mapping[str, int] | None = None,
) -> tuple[Path, bool]:
    """Write NAME.v unless it is up to date; the file, and whether it was written."""
    conversion = _Conversion(name, library or Library(), parameters or {})
    path = directory / f"{name}.v"
    header = conversion.header()
    if path.is_file() and path.read_text(encoding="utf-8", errors="replace").startswith(header):
        return path, False
    directory.mkdir(parents=True, exist_ok=True)
    write_file(path, conversion.verilog())
    return path, True


def generate_verilog(
    names: list[str],
    directory: Path,
    library: Library | None = None,
    parameters: Mapping[str, int] | None = None,
) -> Iterator[tuple[Path, bool]]:
    """Write the Verilog of units one by one; units of types have none."""
    library = library or Library()
    for name in names:
        if library.unit(name).kind in ("logic", "structure"):
            yield write_verilog(name, directory, library, parameters)
