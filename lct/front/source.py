"""HDL as a user names it: files of Verilog, or a class in a file of Amaranth."""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Collection, Mapping
from pathlib import Path

from spikewright.lct.front import amaranth_worker
from spikewright.lct.front.confine import Confined
from spikewright.lct.front.cut import Cut
from spikewright.lct.front.design import Design
from spikewright.lct.front.elaborator import Elaborator
from spikewright.lct.front.load import load_rtlil, load_verilog
from spikewright.lct.front.refusal import Refused

__all__ = ["load_source"]

_VERILOG = (".v", ".sv", ".vh", ".svh")


def load_source(
    spec: str,
    *,
    top: str = "",
    parameters: Mapping[str, int] | None = None,
    prefer: Collection[str] = (),
    reset: str = "",
    elaborator: Elaborator | None = None,
    cut: Cut | None = None,
) -> Design:
    """Elaborate what a user names, in a confined process.

    Parameters
    ----------
    spec : str
        ``FILE.v``, ``FILE.sv`` or several with commas between them, headers that are included among
        them; or ``FILE.py:CLASS``, an Amaranth component.
    top : str
        The module of Verilog; found where left out.
    parameters : mapping of str to int
        Parameters of the module, or keywords of the class.
    prefer : collection of str
        Names that registers should have where several name the same bits.
    reset : str
        The reset input, with ``!`` before it where 0 resets; found by its usual names otherwise.
    elaborator : Elaborator
        A process to use for what is trusted no further than Verilog; one of its own by default.
        Python always gets a process of its own.
    cut : Cut
        Instances to leave out.

    Raises
    ------
    Refused
        There is no such file, or it has no exact meaning: see the class.
    """
    file, colon, name = spec.rpartition(":")
    if colon and file.endswith(".py"):
        path = Path(file)
        text, files = _elaborate_class(path, name, parameters or {})
        return load_rtlil(
            text,
            name,
            prefer=prefer,
            reset=reset,
            elaborator=elaborator,
            files=files,
            cut=cut,
        )
    if spec.endswith(".py"):
        raise Refused("name", spec, "a class of it is named too, as in FILE.py:CLASS")
    paths = [Path(part) for part in spec.split(",")]
    for path in paths:
        if path.suffix not in _VERILOG:
            sentence = "HDL is FILE.v, FILE.sv or FILE.py:CLASS, not this"
            raise Refused("file", str(path), sentence)
        _check_file(path)
    return load_verilog(
        paths,
        top,
        parameters=parameters,
        prefer=prefer,
        reset=reset,
        elaborator=elaborator,
        cut=cut,
    )


def _check_file(path: Path) -> None:
    if not path.is_file():
        raise Refused("file", str(path), "there is no such file")


def _elaborate_class(
    path: Path, name: str, parameters: Mapping[str, int]
) -> tuple[str, dict[str, str]]:
    """What the class becomes in yosys' own language, and the file by its name in there."""
    _check_file(path)
    if not name.isidentifier():
        raise Refused("name", str(path), f"a class is a plain name, not {name!r}")
    # The name under which it runs is in the places that Amaranth notes down.
    plain = re.sub(r"\W", "_", path.stem) + ".py"
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        (folder / plain).write_bytes(path.read_bytes())
        arguments = [plain, name, json.dumps(dict(parameters))]
        process = Confined(amaranth_worker.__name__, folder, arguments)
        try:
            status = process.wait()
        except TimeoutError as late:
            raise Refused("time", str(path), f"{name} is elaborated in time, not {late}") from None
        if status:
            raise _reason(folder, path, name, status)
        text = (folder / amaranth_worker.RTLIL).read_text(encoding="utf-8", errors="replace")
    return text, {plain: str(path)}


def _reason(folder: Path, path: Path, name: str, status: int) -> Refused:
    error = folder / amaranth_worker.ERROR
    try:
        found = json.loads(error.read_text(encoding="utf-8"))
        said, line = str(found["said"]), found["line"]
    except (OSError, ValueError, KeyError, TypeError):
        said, line = f"status {status}", None
    place = f"{path}:{line}" if isinstance(line, int) else str(path)
    if said.startswith("MemoryError"):
        return Refused("memory", place, f"{name} is elaborated in little memory, not {said}")
    return Refused("python", place, f"{name} becomes hardware, not {said}")
