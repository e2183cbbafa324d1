"""HDL that a model wrote, and that is proven equal to its table: only such HDL ever lands.

What is proven is the text of the very file: it is loaded anew, by a fresh front end, with its
header, held against a table that is read anew, and once more after it was written.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from spikewright.lct.legs import Hdl
from spikewright.tools.console import atomic_path
from spikewright.tools.llm.judging import Judges, Lost, Proof
from spikewright.tools.llm.secret import clean_line

if TYPE_CHECKING:
    from spikewright.tools.llm.record import Records
    from spikewright.tools.llm.result import Trip

__all__ = ["FOLDER", "accept", "accept_all", "check_accepted"]

FOLDER = Path("hdl/accepted")
"""Where HDL lands, in the current folder, unless the command is told otherwise."""

SUFFIX = ".provenance.json"
_SUFFIXES = {"verilog": ".v", "amaranth": ".py"}
_COMMENTS = {".v": "//", ".py": "#"}


def accept_all(
    trips: Iterable[Trip],
    judges: Judges,
    records: Records,
    folder: Path = FOLDER,
    *,
    simulated: bool = False,
) -> tuple[Trip, ...]:
    """Land the best answer for each unit and target: fewest rounds, then the models in their order.

    Returns
    -------
    tuple of Trip
        The same trips; `accepted` names a file, or `sentence` says why there is none.
    """
    done = list(trips)
    order = sorted(
        range(len(done)), key=lambda i: done[i].rounds_to_clean or len(done[i].rounds) + 1
    )
    landed: set[tuple[str, str]] = set()
    for i in order:
        what = done[i].unit, done[i].target
        if what not in landed:
            done[i] = accept(done[i], judges, records, folder, simulated=simulated)
            if done[i].accepted:
                landed.add(what)
    return tuple(done)


def accept(
    trip: Trip, judges: Judges, records: Records, folder: Path = FOLDER, *, simulated: bool = False
) -> Trip:
    """Write a trip's HDL with its provenance, if it is proven; write nothing at all if not.

    Parameters
    ----------
    records : Records
        Where the exchanges of the trip are.
    folder : Path
        Made where there is none.
    simulated : bool
        Whether answers of the simulated model may land too. They say so in their first line.

    Returns
    -------
    Trip
        With `accepted`, or with the reason in `sentence`.
    """
    number = trip.rounds_to_clean
    if number is None:
        return _not(trip, "no answer of it is proven equal to the table")
    if trip.simulated and not simulated:
        return _not(trip, "the answer is simulated, and no model's")
    hdl = trip.rounds[number - 1].hdl
    assert hdl is not None
    path = folder / f"{trip.unit}{_SUFFIXES[hdl.language]}"
    provenance = _provenance(trip, number, hdl, judges, records)
    data = (_header(provenance, path.suffix) + hdl.text).encode()
    try:
        proof = judges.prove(trip.unit, replace(hdl, text=data.decode()))
        if not proof.holds:
            return _not(trip, f"held against the table once more, it is {_why(proof)}")
        rest = {"method": proof.method, "tables": dict(proof.tables)}
        digest = {"sha256": hashlib.sha256(data).hexdigest()}
        _write(path, data, {**provenance, **rest, **digest})
        wrong = _check(path, judges)
    except Lost as lost:
        return _not(trip, str(lost))
    if wrong:
        path.unlink(missing_ok=True)
        _beside(path).unlink(missing_ok=True)
        return _not(trip, f"as it was read back, {wrong}")
    return replace(trip, accepted=str(path))


def check_accepted(folder: Path, judges: Judges) -> Iterator[tuple[Path, str]]:
    """Hold every accepted file against its provenance and, anew, against its table.

    Yields
    ------
    tuple
        A file, and what is wrong with it; empty where nothing is.
    """
    here = sorted(folder.iterdir()) if folder.is_dir() else []
    found = {p for p in here if p.suffix in _COMMENTS and p.stem != "__init__"}
    for place in here:
        name = place.name.removesuffix(SUFFIX)
        if name != place.name:
            found |= {folder / name} if Path(name).suffix in _COMMENTS else set()
    for path in sorted(found):
        try:
            wrong = _check(path, judges)
        except Lost as lost:
            wrong = str(lost)
        yield path, wrong


def _check(path: Path, judges: Judges) -> str:
    """What is wrong with an accepted file; empty where nothing is."""
    unit, place = path.stem, _beside(path)
    if not path.is_file():
        return "there is no such file beside its provenance"
    if not place.is_file():
        return f"nothing says where it is from: there is no {place.name}"
    data = path.read_bytes()
    try:
        said = json.loads(place.read_bytes())
        head, top, digest = _header(said, path.suffix), said["top"], said["sha256"]
        tables = dict(said["tables"])
    except (ValueError, KeyError, TypeError, AttributeError):
        return f"{place.name} is no provenance"
    if (said["unit"], _SUFFIXES.get(said["language"])) != (unit, path.suffix):
        return f"{place.name} is about {said['unit']} in {said['language']}"
    if hashlib.sha256(data).hexdigest() != digest:
        return "it is not the file that was accepted: its digest is another"
    if not data.startswith(head.encode()):
        return f"its header is not what {place.name} says"
    if unit not in judges.library.names():
        return f"no unit is called {unit}"
    proof = judges.prove(unit, Hdl(data.decode(errors="replace"), said["language"], top))
    if not proof.holds:
        return f"held against the table anew, it is {_why(proof)}"
    changed = [n for n in {**tables, **proof.tables} if tables.get(n) != proof.tables.get(n)]
    if changed:
        return f"the table of {min(changed)} has changed since, though it is still equal"
    return ""


def _provenance(
    trip: Trip, number: int, hdl: Hdl, judges: Judges, records: Records
) -> dict[str, Any]:
    """Where HDL is from: everything but what the proof adds."""
    keys = [key for r in trip.rounds[:number] for key in r.keys]
    key = next(iter(trip.rounds[number - 1].keys), "")
    exchange = records.find(key)
    asked = json.loads(exchange.request) if exchange is not None else {}
    return {
        "unit": trip.unit,
        "language": hdl.language,
        "top": hdl.top,
        "simulated": trip.simulated,
        "model": trip.model,
        "server": exchange.server if exchange is not None else "",
        "temperature": asked.get("temperature"),
        "seed": asked.get("seed"),
        "sample": trip.sample,
        "round": number,
        "prompt": exchange.prompt if exchange is not None else "",
        "record": key,
        "records": keys,
        "asked": exchange.time if exchange is not None else "",
        "table": hashlib.sha256(judges.library.read(trip.unit)).hexdigest(),
        "spikewright": version("spikewright"),
        "solvers": list(judges.solvers),
    }


def _header(provenance: Mapping[str, Any], suffix: str) -> str:
    """The comment at the head of a file, from its provenance."""
    p = provenance
    who = "SIMULATED: no model wrote this" if p["simulated"] else f"Written by {p['model']}"
    rounds = "at once" if p["round"] == 1 else f"after {p['round'] - 1} repairs"
    lines = (
        f"{who}; proven equal to the table of {p['unit']}, for every input.",
        f"model {p['model']} at {p['server'] or 'an unknown server'}",
        f"sample {p['sample']}, proven {rounds}",
        f"temperature {_given(p['temperature'])}, seed {_given(p['seed'])}",
        f"prompt {p['prompt'] or 'unknown'}",
        f"record {p['record'] or 'none'}",
        f"table {p['table']}",
        f"proof by {' and '.join(p['solvers'])}, spikewright {p['spikewright']}; "
        f"all of it: {p['unit']}{suffix}{SUFFIX}",
    )
    return "".join(f"{_COMMENTS[suffix]} {clean_line(line)}\n" for line in lines) + "\n"


def _given(value: object) -> str:
    return "not given" if value is None else str(value)


def _write(path: Path, data: bytes, provenance: Mapping[str, Any]) -> None:
    """Both files, or none."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with atomic_path(path) as file, atomic_path(_beside(path)) as beside:
        file.write_bytes(data)
        beside.write_text(json.dumps(provenance, indent=2) + "\n", encoding="utf-8")


def _beside(path: Path) -> Path:
    return path.with_name(path.name + SUFFIX)


def _why(proof: Proof) -> str:
    return f"{proof.verdict}: {proof.sentence}" if proof.sentence else proof.verdict


def _not(trip: Trip, why: str) -> Trip:
    said = f" {trip.sentence}" if trip.sentence else ""
    return replace(trip, sentence=f"{trip.unit} is not accepted: {why}.{said}")
