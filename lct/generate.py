"""Tables to files: Amaranth sources that are checked in, and Verilog that is not.

Every unit is checked before anything is written. Files are written whole or not at all, and are
the same on any machine.
"""

from __future__ import annotations

import difflib
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from spikewright.lct.check import check as check_unit
from spikewright.lct.compile import compile_package, compile_unit
from spikewright.lct.diagnostics import Finding
from spikewright.lct.library import Library

__all__ = [
    "DIRECTORY",
    "Change",
    "FindingsError",
    "UnitError",
    "generate_all",
    "render_all",
    "require_checks",
    "selected",
    "write_file",
]

# The package spikewright.hdl.generated, in a checkout and when installed.
DIRECTORY = Path(__file__).resolve().parent.parent / "hdl" / "generated"
_MARK = '"""Generated from '


class UnitError(ValueError):
    """A unit that was asked for is none that can be generated."""


class FindingsError(ValueError):
    """Checks have findings, and nothing was written. ``findings`` are all of them."""

    def __init__(self, findings: Sequence[Finding], text: str) -> None:
        super().__init__(text)
        self.findings = tuple(findings)


@dataclass(frozen=True)
class Change:
    """A file that differs from what the tables say.

    Attributes
    ----------
    path : Path
        The file.
    kind : str
        ``new``, ``changed``, ``stale`` where no unit stands behind it any more, or ``foreign``
        where none ever did: such a file is reported and left alone.
    old, new : str
        What it holds and what it should hold.
    """

    path: Path
    kind: str
    old: str
    new: str

    def diff(self, lines: int = 20) -> str:
        """The first lines of a unified diff, the file on the left and the table on the right."""
        found = difflib.unified_diff(
            self.old.splitlines(),
            self.new.splitlines(),
            self.path.name,
            f"{self.path.name} from the table",
            lineterm="",
        )
        text = list(found)
        rest = [f"... {len(text) - lines} lines more"] if len(text) > lines else []
        return "\n".join(text[:lines] + rest)


def selected(library: Library, names: Sequence[str]) -> list[str]:
    """The units to generate: those asked for, or all that are not hand-written.

    Raises
    ------
    UnitError
        One that was asked for does not exist or is hand-written.
    """
    every = library.names()
    for name in names:
        if name not in every:
            raise UnitError(f"No unit is called {name}: there are {', '.join(every)}.")
        if library.unit(name).external:
            raise UnitError(f"Unit {name} is hand-written: {library.unit(name).external}.")
    return [n for n in every if n in names or (not names and not library.unit(n).external)]


def require_checks(
    library: Library, names: Sequence[str], parameters: Mapping[str, int] | None = None
) -> None:
    """Run every check of these units.

    Parameters
    ----------
    parameters : mapping of str to int
        Values of base parameters by lower-case name, where they are not the defaults.

    Raises
    ------
    LctError
        A unit does not elaborate.
    FindingsError
        A check has findings; an answer that the solver did not find is one.
    """
    findings: list[Finding] = []
    texts: list[str] = []
    for name in names:
        unit = library.unit(name, parameters)
        found = check_unit(unit)
        findings += found
        texts += [f.render(unit.document.lines) for f in found]
    if findings:
        raise FindingsError(findings, "\n".join(texts))


def render_all(library: Library, names: Sequence[str] = ()) -> dict[str, str]:
    """Source of these units and of the package, by file name."""
    files = {f"{n}.py": compile_unit(library.unit(n), library) for n in selected(library, names)}
    return {"__init__.py": compile_package(selected(library, ())), **files}


def _changes(files: Mapping[str, str], directory: Path, whole: bool) -> list[Change]:
    changes = []
    for name, new in files.items():
        path = directory / name
        old = path.read_bytes().decode("utf-8", errors="replace") if path.is_file() else None
        if old != new:
            changes.append(Change(path, "new" if old is None else "changed", old or "", new))
    for path in sorted(directory.glob("*.py")) if whole else []:
        if path.name not in files:
            old = path.read_text(encoding="utf-8", errors="replace")
            # A file that somebody put there by hand is reported as well, but never removed.
            kind = "stale" if old.startswith(_MARK) else "foreign"
            changes.append(Change(path, kind, old, ""))
    return changes


def generate_all(
    names: Sequence[str] = (),
    *,
    check: bool = False,
    library: Library | None = None,
    directory: Path = DIRECTORY,
    parameters: Mapping[str, int] | None = None,
) -> list[Change]:
    """Bring the generated sources up to date.

    Parameters
    ----------
    names : sequence of str
        Units; all of them, and removal of stale files, when empty.
    check : bool
        Change nothing, only compare.
    library : Library
        Where the tables are; the project's own by default.
    directory : Path
        Where the sources are.
    parameters : mapping of str to int
        Values of base parameters, by lower-case name, for which the tables are checked as well.

    Returns
    -------
    list of Change
        What was changed, or with `check` what would be.

    Raises
    ------
    LctError, FindingsError, UnitError
        A unit has faults. Nothing was written.
    """
    library = library or Library()
    # Units by hand and of types are checked too.
    wanted = selected(library, names) if names else library.names()
    require_checks(library, wanted)
    if parameters:
        require_checks(library, wanted, parameters)
    changes = _changes(render_all(library, names), directory, whole=not names)
    if check:
        return changes
    directory.mkdir(parents=True, exist_ok=True)
    for change in changes:
        if change.kind == "stale":
            change.path.unlink()
        elif change.kind != "foreign":
            write_file(change.path, change.new)
    return changes


def write_file(path: Path, text: str) -> None:
    """Write a whole file at once: a reader sees the old text or the new."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        temporary.write_bytes(text.encode("utf-8"))
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
