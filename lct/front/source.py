"""HDL as a user names it: files of Verilog, or a class in a file of Amaranth."""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Collection, Mapping
from pathlib import Path

from spikewright.lct.front import amaranth_worker
from spikewright.lct.front.confine import Confined, Limits
from spikewright.lct.front.cut import Cut
from spikewright.lct.front.design import Design
from spikewright.lct.front.elaborator import Elaborator
from spikewright.lct.front.load import load_rtlil, load_verilog
from spikewright.lct.front.refusal import Refused

__all__ = ["STOPS", "TEXT_LIMITS", "load_amaranth_text", "load_source"]

TEXT_LIMITS = Limits(seconds=20.0, processor_seconds=20, memory=1_024, file=16, files=32)
"""What a text that nobody vouches for may use; a user's own file may use more."""

STOPS = {
    "forbidden": "allow-list",
    "confined": "sandbox",
    "memory": "limit of memory",
    "output": "limit of output",
    "time": "limit of time",
}
"""Rules of a `Refused` by which a text was stopped, and by what."""

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


def load_amaranth_text(
    text: str,
    name: str,
    *,
    file: str = "answer.py",
    parameters: Mapping[str, int] | None = None,
    children: Mapping[str, str] | None = None,
    prefer: Collection[str] = (),
    elaborator: Elaborator | None = None,
    cut: Cut | None = None,
) -> Design:
    """Elaborate a text of Amaranth that nobody vouches for.

    Parameters
    ----------
    text : str
        It is checked against the allow-list of `check_source`, then run with `TEXT_LIMITS`.
    name : str
        The class.
    file : str
        What sentences call the text.
    parameters : mapping of str to int
        Keywords of the class.
    children : mapping of str to str
        Sources of child units by their names, trusted; those that are installed by default.
    prefer, elaborator, cut
        As of `load_source`.

    Raises
    ------
    Refused
        ``forbidden`` where the allow-list stops it; ``confined``, ``memory``, ``output`` or
        ``time`` where the process did (`STOPS`); other rules where it is no hardware.
    """
    given = dict(children or {})
    rtlil, files = _elaborate_text(text.encode(errors="replace"), file, name, parameters, given)
    return load_rtlil(rtlil, name, prefer=prefer, elaborator=elaborator, files=files, cut=cut)


def _elaborate_class(
    path: Path, name: str, parameters: Mapping[str, int]
) -> tuple[str, dict[str, str]]:
    _check_file(path)
    return _elaborate_text(path.read_bytes(), str(path), name, parameters, None)


def _elaborate_text(
    source: bytes,
    file: str,
    name: str,
    parameters: Mapping[str, int] | None,
    children: Mapping[str, str] | None,
) -> tuple[str, dict[str, str]]:
    """What the class becomes in yosys' own language, and the file by its name in there.

    With `children`, even if there are none, the text is checked.
    """
    if not name.isidentifier():
        raise Refused("name", file, f"a class is a plain name, not {name!r}")
    # The name under which it runs is in the places that Amaranth notes down.
    plain = re.sub(r"\W", "_", Path(file).stem) + ".py"
    trust = "own" if children is None else "checked"
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        (folder / plain).write_bytes(source)
        if children:
            (folder / amaranth_worker.CHILDREN).mkdir()
        for child, text in (children or {}).items():
            (folder / amaranth_worker.CHILDREN / f"{child}.py").write_text(text, encoding="utf-8")
        arguments = [plain, name, json.dumps(dict(parameters or {})), trust]
        limits = Limits() if children is None else TEXT_LIMITS
        process = Confined(amaranth_worker.__name__, folder, arguments, limits)
        try:
            status = process.wait()
        except TimeoutError as late:
            raise Refused("time", file, f"{name} is elaborated in time, not {late}") from None
        if status:
            raise _reason(folder, file, name, status)
        rtlil = (folder / amaranth_worker.RTLIL).read_text(encoding="utf-8", errors="replace")
    return rtlil, {plain: file}


def _reason(folder: Path, file: str, name: str, status: int) -> Refused:
    error = folder / amaranth_worker.ERROR
    try:
        found = json.loads(error.read_text(encoding="utf-8"))
        said, line, rule = str(found["said"])[:400], found.get("line"), found.get("rule")
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        said, line, rule = f"status {status}", None, None
    place = f"{file}:{line}" if isinstance(line, int) else file
    if rule in ("forbidden", "syntax"):
        at = str(found.get("place", "")).partition(":")[2]
        return Refused(str(rule), f"{file}:{at}" if re.fullmatch(r"[\d:]+", at) else file, said)
    if said.startswith("MemoryError"):
        return Refused("memory", place, f"{name} is elaborated in little memory, not {said}")
    return Refused("python", place, f"{name} becomes hardware, not {said}")
