"""A class of a text of Amaranth, elaborated in a confined process."""

from __future__ import annotations

import json
import os
import re
import stat
import tempfile
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from spikewright.lct.front import amaranth_worker
from spikewright.lct.front.confine import Confined, Limits
from spikewright.lct.front.refusal import Refused

__all__ = ["STOPS", "TEXT_LIMITS", "elaborate_text"]

TEXT_LIMITS = Limits(seconds=20.0, processor_seconds=20, memory=1_024, file=16, files=32, output=1)
"""What a text that nobody vouches for may use; a user's own file may use more."""

STOPS = {
    "forbidden": "allow-list",
    "include": "check of the text",
    "confined": "sandbox",
    "crash": "end of the process",
    "memory": "limit of memory",
    "output": "limit of output",
    "size": "limit of size",
    "time": "limit of time",
}
"""Rules of a `Refused` by which a text was stopped, and what stopped it."""

_KILLED, _CRASHED = (-9, -24), -11


def elaborate_text(
    source: bytes,
    file: str,
    name: str,
    parameters: Mapping[str, int] | None = None,
    *,
    children: Mapping[str, str] | None = None,
    checked: bool = True,
    limits: Limits = TEXT_LIMITS,
    without: Collection[str] = (),
) -> tuple[str, dict[str, str]]:
    """What the class becomes in yosys' own language, and the file by its name in there.

    Parameters
    ----------
    source : bytes
        The text.
    file : str
        What sentences call it.
    name : str
        The class.
    parameters : mapping of str to int
        Keywords of the class.
    children : mapping of str to str
        Sources of child units by their names, trusted; those that are installed by default.
    checked : bool
        Whether the text has to keep to the allow-list.
    limits : Limits
    without : collection of str
        Layers of the sandbox to leave off, for showing what the others do alone.

    Raises
    ------
    Refused
        A rule of `STOPS` where it was stopped, others where it is no hardware.
    """
    if not name.isidentifier():
        raise Refused("name", file, f"a class is a plain name, not {name!r}")
    # The name under which it runs is in the places that Amaranth notes down.
    plain = re.sub(r"\W", "_", Path(file).stem) + ".py"
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        (folder / plain).write_bytes(source)
        _write_children(folder / amaranth_worker.CHILDREN, children or {})
        trust = "checked" if checked else "own"
        process = Confined(
            amaranth_worker.__name__,
            folder,
            [plain, name, json.dumps(dict(parameters or {})), trust],
            limits,
            writes=(amaranth_worker.RTLIL, amaranth_worker.ERROR),
            without=without,
        )
        try:
            status = process.wait()
        except TimeoutError as late:
            raise Refused("time", file, f"{name} is elaborated in time, not {late}") from None
        except OverflowError as much:
            raise Refused("output", file, f"{name} is elaborated in silence, not {much}") from None
        rtlil = _read(folder / amaranth_worker.RTLIL, limits)
        if status or not rtlil:
            raise _reason(_read(folder / amaranth_worker.ERROR, limits), file, name, status)
    return rtlil, {plain: file}


def _write_children(folder: Path, children: Mapping[str, str]) -> None:
    folder.mkdir()
    for child, text in children.items():
        (folder / f"{child}.py").write_text(text, encoding="utf-8")


def _read(path: Path, limits: Limits) -> str:
    """A file that the process wrote: never a link, which would name a file that we may read."""
    try:
        place = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        return ""
    with os.fdopen(place, "rb") as file:
        if not stat.S_ISREG(os.fstat(place).st_mode):
            return ""
        return file.read(limits.file << 20).decode("utf-8", errors="replace")


def _reason(text: str, file: str, name: str, status: int) -> Refused:
    """Why there is no hardware: what the process says, and where it says nothing its status."""
    found = _parsed(text)
    said, line = str(found.get("said", f"status {status}"))[:400], found.get("line")
    place = f"{file}:{line}" if isinstance(line, int) else file
    rule = found.get("rule")
    if rule in ("forbidden", "syntax"):
        at = str(found.get("place", "")).partition(":")[2]
        return Refused(rule, f"{file}:{at}" if re.fullmatch(r"[\d:]+", at) else file, said)
    if not found and status == _CRASHED:
        return Refused("crash", place, f"{name} becomes hardware, not a crash")
    if rule == "memory":
        return Refused("memory", place, f"{name} is elaborated in little memory, not {said}")
    if not found and status in _KILLED:
        return Refused("time", place, f"{name} is elaborated in time, not ended by {said}")
    if rule == "output":
        return Refused("output", place, f"{name} is elaborated in small files, not {said}")
    if rule == "confined":
        sentence = f"{name} is elaborated without files, network and other programs, not {said}"
        return Refused("confined", place, sentence)
    return Refused("python", place, f"{name} becomes hardware, not {said}")


def _parsed(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
