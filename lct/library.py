"""A folder of units, elaborated on demand."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from pathlib import Path

from spikewright.lct.diagnostics import Diagnostics, Finding, LctError, Place
from spikewright.lct.elaborate import ContainsItself, elaborate
from spikewright.lct.ir import Unit
from spikewright.lct.markdown import parse_markdown

__all__ = ["SUFFIX", "UNITS", "Library"]

SUFFIX = ".lct.md"
UNITS = Path(__file__).parent / "units"


class Library:
    """Units by name, from the files NAME.lct.md of one folder; safe to use from several threads.

    Parameters
    ----------
    directory : Path
        The folder; the project's own tables by default.
    """

    def __init__(self, directory: Path = UNITS) -> None:
        self.directory = directory
        self._units: dict[tuple[str, tuple[tuple[str, int], ...]], Unit] = {}
        self._open: list[str] = []
        self._lock = threading.RLock()

    def names(self) -> list[str]:
        """Names of all units, sorted."""
        return sorted(p.name.removesuffix(SUFFIX) for p in self.directory.glob(f"*{SUFFIX}"))

    def logic(self) -> list[str]:
        """Names of all units with logic tables, sorted."""
        return [name for name in self.names() if self.unit(name).kind == "logic"]

    def path(self, name: str) -> Path:
        """The file of a unit."""
        return self.directory / f"{name}{SUFFIX}"

    def unit(self, name: str, overrides: Mapping[str, int] | None = None) -> Unit:
        """Elaborate a unit.

        Parameters
        ----------
        overrides : mapping of str to int
            Values of base parameters, by lower-case name.

        Raises
        ------
        KeyError
            No unit has this name.
        ContainsItself
            The unit contains itself.
        LctError
            The unit, or one that it uses, has faults.
        """
        values = dict(overrides or {})
        key = (name, tuple(sorted(values.items())))
        # What one thread has open is no unit that contains itself to another.
        with self._lock:
            if key in self._units:
                return self._units[key]
            data = self.read(name)
            if name in self._open:
                raise ContainsItself(name)
            self._open.append(name)
            try:
                self._units[key] = self._load(name, data, values)
            finally:
                self._open.pop()
            return self._units[key]

    def read(self, name: str) -> bytes:
        """What the file of a unit holds.

        Raises
        ------
        KeyError
            No unit has this name.
        """
        path = self.path(name)
        if not path.is_file():
            raise KeyError(name)
        return path.read_bytes()

    def _load(self, name: str, data: bytes, values: dict[str, int]) -> Unit:
        path = self.path(name)
        try:
            text = data.decode("utf-8")
        except UnicodeDecodeError as e:
            message = f"byte {e.start} is not UTF-8 text"
            raise LctError([Finding("syntax", message, Place(path.name))]) from None
        diagnostics = Diagnostics()
        document = parse_markdown(path, text, diagnostics)
        diagnostics.raise_if_any(document.lines)
        if document.title != name and document.title.isidentifier():
            message = f"the title is the file's name, {name}, not {document.title}"
            diagnostics.add("syntax", message, document.place(document.title_span))
        unit = elaborate(document, self, values, diagnostics)
        diagnostics.raise_if_any(document.lines)
        return unit
