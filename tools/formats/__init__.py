"""Networks in the formats of other tools, and which format a file has.

A format's module is imported when the format is used: reading our own files needs none of the
packages that others ask for.
"""

from __future__ import annotations

import importlib
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from spikewright.golden import Network
from spikewright.tools.formats.report import Change, FormatError, Report

__all__ = [
    "FORMATS",
    "Change",
    "Format",
    "FormatError",
    "Report",
    "detect",
    "detect_output",
    "load_network",
    "save_network",
]


@dataclass(frozen=True, kw_only=True)
class Format:
    """A way to write a network down.

    Members
    -------
    name : str
        As ``--from`` and ``--to`` take it.
    title : str
        What a person calls it.
    module : str
        Where its functions are; empty for our own format.
    reader, writer, stimulus : str
        Names of those functions; ``stimulus`` is empty where the format carries none.
    read_options, write_options : tuple of str
        Keyword arguments besides ``approximate``.
    suffixes : tuple of str
        Of a file's name; none for a folder.
    """

    name: str
    title: str
    module: str = ""
    reader: str = ""
    writer: str = ""
    stimulus: str = ""
    read_options: tuple[str, ...] = ()
    write_options: tuple[str, ...] = ()
    suffixes: tuple[str, ...] = ()

    def function(self, name: str) -> Any:
        """Return a function of the format's module.

        Raises
        ------
        FormatError
            Where a package that the format needs is not installed.
        """
        try:
            module = importlib.import_module(f"{__name__}.{self.module}")
        except ModuleNotFoundError as missing:
            package = (missing.name or "").partition(".")[0]
            if package in ("", "spikewright"):
                raise
            raise FormatError(
                f"format {self.name} must have the package {package}, which is not installed: "
                f"pip install 'spikewright[{self.name}]'"
            ) from None
        return getattr(module, name)


FORMATS: dict[str, Format] = {
    known.name: known
    for known in (
        Format(name="npz", title="Spikewright network", suffixes=(".npz",)),
        Format(
            name="ranc",
            title="RANC simulator JSON",
            module="ranc_json",
            reader="read_ranc",
            writer="write_ranc",
            stimulus="read_ranc_stimulus",
            read_options=("mesh", "preset", "neuron_reset_type", "axons", "neurons"),
            write_options=("stimulus", "bus"),
            suffixes=(".json",),
        ),
        Format(
            name="ranc-memory",
            title="RANC memory files",
            module="ranc_memory",
            reader="read_ranc_memory",
            writer="write_ranc_memory",
            stimulus="read_ranc_inputs",
            read_options=("mesh", "bus", "outputs", "preset"),
            write_options=("stimulus", "bus"),
        ),
        Format(
            name="cpe",
            title="IBM Corelet model file",
            module="cpe",
            reader="read_cpe",
            writer="write_cpe",
            read_options=("mesh",),
            suffixes=(".json",),
        ),
        Format(
            name="nir",
            title="NIR graph",
            module="nir_graph",
            reader="read_nir",
            writer="write_nir",
            read_options=("mesh", "dt"),
            suffixes=(".nir", ".h5", ".hdf5"),
        ),
    )
}

_HDF5 = b"\x89HDF\r\n\x1a\n"
_HEAD = 2**16
# The first key of an object, behind white space and comments. Nothing in it is tried twice: a
# hostile comment must not keep us busy.
_SPACE = rb"(?>\s|//[^\n]*+|/\*.*?\*/)*+"
_FIRST_KEY = re.compile(rb"(?:\xef\xbb\xbf)?" + _SPACE + rb"\{" + _SPACE + rb'"(\w*+)"', re.DOTALL)
_FIRST_KEYS = {
    b"packets": "ranc",
    b"output_bus": "ranc",
    b"cores": "ranc",
    b"model": "cpe",
    b"crossbarTypes": "cpe",
    b"neuronTypes": "cpe",
    b"core": "cpe",
}


def detect(path: str | Path) -> str:
    """Return the name of the format that a file or a folder has, by what is in it.

    Raises
    ------
    FormatError
        Where it has none of ours.
    """
    path = Path(path)
    if path.is_dir():
        return "ranc-memory"
    if path.exists() and not path.is_file():
        raise FormatError(f"{path.name}: the path must be a regular file or a folder, and is not")
    with path.open("rb") as stream:
        head = stream.read(_HEAD)
    if head.startswith(_HDF5):
        return "nir"
    if head.startswith(b"PK"):
        return "npz"
    key = _FIRST_KEY.match(head)
    if key and key[1] in _FIRST_KEYS:
        return _FIRST_KEYS[key[1]]
    # Damaged, perhaps: the format's own reader says how.
    named = _by_suffix(path)
    if len(named) == 1:
        return named[0]
    raise FormatError(
        f"{path.name}: the file must be of a known format ({', '.join(FORMATS)}), and looks like "
        "none of them"
    )


def detect_output(path: str | Path) -> str:
    """Return the name of the format that a path to be written asks for, by its suffix.

    Raises
    ------
    FormatError
        Where that leaves a choice, or none.
    """
    path = Path(path)
    if path.is_dir() or not path.suffix:
        return "ranc-memory"
    named = _by_suffix(path)
    if len(named) == 1:
        return named[0]
    meaning = f"may be {' or '.join(named)}" if named else "is that of none"
    raise FormatError(
        f"{path.name}: the format must be named, one of {', '.join(FORMATS)}: suffix {path.suffix} "
        f"{meaning}"
    )


def _by_suffix(path: Path) -> list[str]:
    return [known.name for known in FORMATS.values() if path.suffix.lower() in known.suffixes]


def load_network(
    path: str | Path,
    format: str | None = None,  # noqa: A002 (what a user calls it)
    approximate: bool = False,
    **options: Any,
) -> tuple[Network, Report]:
    """Read a network in any format.

    Parameters
    ----------
    path : str or Path
    format : str, optional
        A name of `FORMATS`; by default what `detect` finds.
    approximate : bool
        Change what does not fit where a sensible meaning exists, and report it, instead of refusing
        it.
    **options
        Those of the format's reader.

    Returns
    -------
    network : Network
    report : Report

    Raises
    ------
    NetworkError, FormatError
        One sentence with the file's name.
    """
    known = _named(detect(path) if format is None else format)
    _check_options(known, "read_options", options)
    if not known.module:
        return Network.load(path), Report()
    network, report = known.function(known.reader)(path, approximate=approximate, **options)
    return network, report


def save_network(
    network: Network,
    path: str | Path,
    format: str | None = None,  # noqa: A002 (what a user calls it)
    approximate: bool = False,
    **options: Any,
) -> Report:
    """Write a network in any format; the arguments are those of `load_network`.

    The format is by default what `detect_output` finds, and the options are those of its writer.
    """
    known = _named(detect_output(path) if format is None else format)
    _check_options(known, "write_options", options)
    if not known.module:
        network.save(path)
        return Report()
    report: Report = known.function(known.writer)(network, path, approximate=approximate, **options)
    return report


def _named(name: str) -> Format:
    if name not in FORMATS:
        raise FormatError(f"format must be of {', '.join(FORMATS)}, not {name!r}")
    return FORMATS[name]


def _check_options(known: Format, which: str, options: dict[str, Any]) -> None:
    for option in options:
        if option not in getattr(known, which):
            others = [f.name for f in FORMATS.values() if option in getattr(f, which)]
            rule = f"be left out with format {known.name}"
            if others:
                rule += f"; it is for {', '.join(others)}"
            raise FormatError(f"option {option} must {rule}")
