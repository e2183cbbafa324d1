"""Units written and read by one model, each held against its table by proof: what commands do."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from spikewright.lct.compile import class_name
from spikewright.lct.ir import Unit
from spikewright.lct.legs import Hdl, Leg
from spikewright.lct.legs.hdl import Language
from spikewright.lct.library import Library
from spikewright.tools.errors import EXIT_FAULT, EXIT_UNABLE, UserError
from spikewright.tools.llm.client import Client, ModelFailure, Reply
from spikewright.tools.llm.decode import decode
from spikewright.tools.llm.encode import check_kind, encode
from spikewright.tools.llm.feedback import counterexamples
from spikewright.tools.llm.judging import Judges, Lost

__all__ = ["SUFFIX", "Outcome", "chosen", "read_hdl", "read_unit", "write_units"]

SUFFIX: dict[Language, str] = {"verilog": ".v", "amaranth": ".py"}


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """One unit that a model wrote or read.

    Attributes
    ----------
    text : str
        The HDL, or the table; empty where there is none.
    verdict : str
        ``same`` as the table (or the HDL) by proof, ``different``, ``unknown``, or ``none`` where
        there is nothing to hold against it.
    sentence : str
        Why it is not the same.
    rows : tuple of str
        Rows that show it.
    failed : bool
        The model was not heard: its server failed.
    """

    unit: str
    text: str = ""
    verdict: str = "none"
    sentence: str = ""
    rows: tuple[str, ...] = ()
    failed: bool = False
    tokens_in: int = 0
    tokens_out: int = 0
    cost: float | None = None
    simulated: bool = False
    file: Path | None = None

    @property
    def exit_status(self) -> int:
        """0 the same, 1 a fault of the model, 2 nobody knows."""
        if self.verdict == "same":
            return 0
        return EXIT_UNABLE if self.failed or self.verdict == "unknown" else EXIT_FAULT

    def to_json(self) -> dict[str, Any]:
        """A dict of plain values."""
        return asdict(self)


def chosen(library: Library, names: Sequence[str]) -> list[Unit]:
    """Units by their names, each once.

    Raises
    ------
    UserError
        One does not exist, or is none that a model writes.
    """
    every = library.names()
    for name in names:
        if name not in every:
            raise UserError(f"No unit is called {name}: there are {', '.join(every)}.")
        check_kind(library.unit(name))
    return [library.unit(name) for name in dict.fromkeys(names)]


def write_units(
    client: Client,
    judges: Judges,
    units: Sequence[Unit],
    *,
    target: Language,
    model: str,
    prompts: Path | None = None,
) -> Iterator[Outcome]:
    """Have a model write units, several at once, and hold each against its table.

    Raises
    ------
    ModelFailure
        The next unit would fare the same; all that was answered has been yielded before.
    """
    fatal: ModelFailure | None = None
    with ThreadPoolExecutor(client.settings.jobs) as pool:
        asked = {
            pool.submit(encode, client.ask, u, judges.library, target, model, 0, None, prompts): u
            for u in units
        }
        for future in as_completed(asked):
            unit = asked[future]
            if future.cancelled():
                continue
            try:
                found = future.result()
            except ModelFailure as failure:
                if failure.fatal:
                    fatal = fatal or failure
                    for other in asked:
                        other.cancel()
                else:
                    yield Outcome(unit=unit.name, sentence=str(failure), failed=True)
                continue
            if found.hdl is None:
                spent = _spent(found.replies)
                yield Outcome(unit=unit.name, sentence=found.sentence, **spent)
                continue
            leg = _leg(judges, unit, found.hdl, None)
            yield _outcome(unit, found.hdl.text, leg, found.replies)
    if fatal is not None:
        raise fatal


def read_unit(
    client: Client,
    judges: Judges,
    unit: Unit,
    hdl: Hdl,
    *,
    model: str,
    prompts: Path | None = None,
) -> Outcome:
    """Have a model read HDL, and hold its table against the HDL.

    Raises
    ------
    UserError
        The HDL has no exact meaning, so nothing could be held against it.
    ModelFailure
        The model was not heard.
    """
    try:
        refusal = judges.screen(unit.name, hdl)
    except Lost as lost:
        raise UserError(f"The HDL must be elaborated within limits, and is not: {lost}.") from None
    if refusal is not None:
        raise UserError(refusal.sentence)
    found = decode(client.ask, unit, hdl, model, 0, None, prompts, judges.library)
    if not found.text:
        return Outcome(unit=unit.name, sentence=found.sentence, **_spent(found.replies))
    leg = _leg(judges, unit, hdl, found.text)
    return _outcome(unit, found.text, leg, found.replies)


def read_hdl(path: Path, unit: Unit, top: str = "") -> Hdl:
    """A file of HDL as one of a unit.

    Parameters
    ----------
    top : str
        The module or class; the unit's own name, or its class, by default.

    Raises
    ------
    UserError
        It is no HDL.
    """
    amaranth = path.suffix == ".py"
    if path.suffix not in (".v", ".sv", ".py"):
        raise UserError(f"HDL is FILE.v, FILE.sv or FILE.py, not {path}.")
    try:
        text = path.read_bytes().decode("utf-8")
    except UnicodeDecodeError as error:
        raise UserError(f"HDL is UTF-8 text, and byte {error.start} of {path} is not.") from None
    default = class_name(unit.name) if amaranth else unit.name
    return Hdl(text, "amaranth" if amaranth else "verilog", top or default)


def _leg(judges: Judges, unit: Unit, hdl: Hdl, table: str | None) -> Leg:
    """The leg of the encoder, or where there is a table, that of the decoder."""
    try:
        legs = judges.judge(unit.name, hdl, table)
    except Lost as lost:
        return Leg(verdict="unknown", sentence=str(lost))
    return legs.encoder if table is None else legs.decoder


def _outcome(unit: Unit, text: str, leg: Leg, replies: Sequence[Reply]) -> Outcome:
    return Outcome(
        unit=unit.name,
        text=text,
        verdict=leg.verdict,
        sentence="" if leg.verdict == "same" else leg.sentence,
        rows=counterexamples(unit, leg) if leg.verdict == "different" else (),
        **_spent(replies),
    )


def _spent(replies: Sequence[Reply]) -> dict[str, Any]:
    costs = [r.cost for r in replies]
    return {
        "tokens_in": sum(r.tokens_in for r in replies),
        "tokens_out": sum(r.tokens_out for r in replies),
        "cost": None if None in costs else sum(c for c in costs if c is not None),
        "simulated": any(r.simulated for r in replies),
    }
