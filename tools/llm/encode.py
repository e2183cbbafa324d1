"""Table to HDL by a model, and its repair: conversations that see the table, never a solution."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from spikewright.lct.compile import class_name
from spikewright.lct.ir import Unit
from spikewright.lct.legs.hdl import Hdl, Language
from spikewright.lct.library import Library
from spikewright.tools.errors import UserError
from spikewright.tools.llm.converse import Ask, Message, Said, converse, schema_of
from spikewright.tools.llm.exchange import Reply, Request
from spikewright.tools.llm.facts import encode_facts
from spikewright.tools.llm.prompt import prompt
from spikewright.tools.llm.settings import Settings
from spikewright.tools.llm.skeleton import amaranth_skeleton, verilog_skeleton

__all__ = ["Encoded", "check_kind", "encode", "encode_request", "repair"]


@dataclass(frozen=True, kw_only=True)
class Encoded:
    """HDL that a model wrote from a table.

    Attributes
    ----------
    hdl : Hdl or None
        None where the answer has none.
    refused, malformed : str
        Why there is none, in a sentence; at most one of them.
    notes : tuple of str
        What stood around it or had to be put right.
    replies : tuple of Reply
    history : tuple of mapping
        The conversation, which a repair goes on with.
    rounds_of_continue : int
        How often the model was told to go on.
    """

    hdl: Hdl | None
    refused: str = ""
    malformed: str = ""
    notes: tuple[str, ...] = ()
    replies: tuple[Reply, ...] = ()
    history: tuple[Message, ...] = ()
    rounds_of_continue: int = 0

    @property
    def sentence(self) -> str:
        """Why there is no HDL; empty where there is."""
        return self.refused or self.malformed


def check_kind(unit: Unit) -> None:
    """Refuse what no model is asked for.

    Raises
    ------
    UserError
        The unit has neither logic tables nor instances.
    """
    if unit.kind not in ("logic", "structure"):
        has = "types only" if unit.kind == "types" else "a hand-written class"
        raise UserError(
            f"A model writes units of logic tables or instances, and {unit.name} has {has}."
        )


def encode(  # noqa: PLR0917, in the order in which a run knows them
    ask: Ask,
    unit: Unit,
    library: Library | None = None,
    target: Language = "verilog",
    model: str = "",
    sample: int = 0,
    settings: Settings | None = None,
    prompts: Path | None = None,
    history: Sequence[Message] = (),
) -> Encoded:
    """Have a model write a unit's HDL.

    Parameters
    ----------
    ask : callable
        Takes a `Request` and returns a `Reply`; what it raises is passed on.
    library : Library
        Not needed: the unit knows what it is made of.
    target : {"verilog", "amaranth"}
    sample : int
        Which of several tries at the same question.
    settings : Settings
        Not needed: the client fills in what a request leaves open.
    prompts : Path
        A folder with prompts of the user's own.
    history : sequence of mapping
        What was said before; the conversation is fresh by default.

    Raises
    ------
    UserError
        The unit has neither logic tables nor instances.
    """
    del library, settings
    request = encode_request(
        unit, target, model=model, sample=sample, prompts=prompts, history=history
    )
    return _encoded(unit, target, _said(ask, request, unit, target, prompts))


def encode_request(
    unit: Unit,
    target: Language,
    *,
    model: str = "",
    sample: int = 0,
    prompts: Path | None = None,
    history: Sequence[Message] = (),
) -> Request:
    """What a model is asked: the table, what its names mean, and the frame of the HDL."""
    check_kind(unit)
    form = prompt(f"encode_{target}", prompts)
    values = {
        "name": unit.name,
        "table": "\n".join(unit.document.lines),
        "facts": encode_facts(unit),
    }
    if target == "amaranth":
        values |= {"class": class_name(unit.name), "skeleton": amaranth_skeleton(unit)}
    else:
        values["skeleton"] = verilog_skeleton(unit)
    return Request(
        model=model,
        messages=(*history, {"role": "user", "content": form.fill(**values)}),
        purpose="encode",
        unit=unit.name,
        sample=sample,
        prompt=form.digest,
        schema=schema_of("hdl"),
    )


def repair(  # noqa: PLR0917, as of `encode`
    ask: Ask,
    unit: Unit,
    library: Library | None = None,
    target: Language = "verilog",
    model: str = "",
    sample: int = 0,
    settings: Settings | None = None,
    prompts: Path | None = None,
    history: Sequence[Message] = (),
    rows: Sequence[str] = (),
) -> Encoded:
    """Have a model correct its HDL, told of the rows that differ and nothing else.

    Parameters
    ----------
    history : sequence of mapping
        Of the `Encoded` that is to be corrected.
    rows : sequence of str
        Counterexamples, or the sentence of a refusal.
    """
    del library, settings
    form = prompt("repair", prompts)
    text = form.fill(name=unit.name, rows="\n".join(f"* {row}" for row in rows))
    request = Request(
        model=model,
        messages=(*history, {"role": "user", "content": text}),
        purpose="repair",
        unit=unit.name,
        sample=sample,
        prompt=form.digest,
        schema=schema_of("hdl"),
    )
    return _encoded(unit, target, _said(ask, request, unit, target, prompts))


def _top(unit: Unit, target: Language) -> str:
    return class_name(unit.name) if target == "amaranth" else unit.name


def _said(ask: Ask, request: Request, unit: Unit, target: Language, prompts: Path | None) -> Said:
    return converse(ask, request, target, _top(unit, target), prompts)


def _encoded(unit: Unit, target: Language, said: Said) -> Encoded:
    hdl = Hdl(said.text, target, _top(unit, target)) if said.text else None
    return Encoded(
        hdl=hdl,
        refused=said.refused,
        malformed=said.malformed,
        notes=said.notes,
        replies=said.replies,
        history=said.history,
        rounds_of_continue=said.continued,
    )
