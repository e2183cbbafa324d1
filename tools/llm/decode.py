"""HDL to table by a model, in a conversation of its own that has never seen the original.

It is told the unit's name, parameters, types and signals without resets or meanings, and the HDL
without comments. So what the table says, the model must have read in the HDL.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from spikewright.lct.diagnostics import Diagnostics
from spikewright.lct.elaborate import elaborate
from spikewright.lct.elaboration import ContainsItself
from spikewright.lct.ir import Unit
from spikewright.lct.legs.hdl import Hdl
from spikewright.lct.legs.read import Unreadable, read_decoded
from spikewright.lct.library import Library
from spikewright.lct.markdown import parse_markdown
from spikewright.tools.llm.converse import Ask, Message, Said, converse, schema_of
from spikewright.tools.llm.encode import check_kind
from spikewright.tools.llm.exchange import Reply, Request
from spikewright.tools.llm.facts import children_text, known_text
from spikewright.tools.llm.prompt import prompt
from spikewright.tools.llm.settings import Settings
from spikewright.tools.llm.strip import without_comments
from spikewright.tools.llm.table_answer import fill_table

__all__ = ["DecodedByModel", "decode", "decode_request", "problems"]

_MOST = 10
"""Findings that a model is told at once: more would follow from the first."""

_LONGEST = 600
"""Characters of a finding."""

_LANGUAGES = {"verilog": ("Verilog", "verilog"), "amaranth": ("Amaranth", "python")}


@dataclass(frozen=True, kw_only=True)
class DecodedByModel:
    """A table that a model read in HDL.

    Attributes
    ----------
    text : str
        The unit's file, with the sections that are known; empty where the answer has no table.
    findings : tuple of str
        Why it cannot be read, also after the model was told once.
    refused, malformed : str
        Why there is none, in a sentence; at most one of them.
    notes : tuple of str
        What stood around it or had to be put right.
    replies : tuple of Reply
    history : tuple of mapping
        The conversation.
    rounds_of_continue : int
        How often the model was told to go on.
    corrected : bool
        Whether it was told that its table could not be read: a round.
    """

    text: str
    findings: tuple[str, ...] = ()
    refused: str = ""
    malformed: str = ""
    notes: tuple[str, ...] = ()
    replies: tuple[Reply, ...] = ()
    history: tuple[Message, ...] = ()
    rounds_of_continue: int = 0
    corrected: bool = False

    @property
    def sentence(self) -> str:
        """Why there is no table to judge; empty where there is."""
        return self.refused or self.malformed or next(iter(self.findings), "")


def decode(  # noqa: PLR0917, in the order in which a run knows them
    ask: Ask,
    signals: Unit,
    hdl: Hdl,
    model: str = "",
    sample: int = 0,
    settings: Settings | None = None,
    prompts: Path | None = None,
    library: Library | None = None,
) -> DecodedByModel:
    """Have a model write the table of HDL.

    Parameters
    ----------
    ask : callable
        Takes a `Request` and returns a `Reply`; what it raises is passed on.
    signals : Unit
        Its name, parameters, types and signals are told, nothing else of it.
    sample : int
        Which of several tries at the same question.
    settings : Settings
        Not needed: the client fills in what a request leaves open.
    prompts : Path
        A folder with prompts of the user's own.
    library : Library
        Where the units are found that the table may name.

    Raises
    ------
    Refused
        Amaranth that is no Python, so its comments cannot be told from the rest.
    UserError
        The unit has neither logic tables nor instances.
    """
    del settings
    library = library or Library()
    request = decode_request(signals, hdl, model=model, sample=sample, prompts=prompts)
    first = converse(ask, request, "table", signals.name, prompts)
    found = _decoded(first, signals, library)
    if not found.findings:
        return found
    form = prompt("correct", prompts)
    text = form.fill(name=signals.name, findings="\n".join(found.findings))
    messages = (*first.history, {"role": "user", "content": text})
    again = replace(request, messages=messages, prompt=form.digest)
    second = converse(ask, again, "table", signals.name, prompts)
    other = _decoded(second, signals, library)
    return replace(
        other if other.text else found,
        replies=(*first.replies, *second.replies),
        rounds_of_continue=first.continued + second.continued,
        corrected=True,
    )


def decode_request(
    signals: Unit,
    hdl: Hdl,
    *,
    model: str = "",
    sample: int = 0,
    prompts: Path | None = None,
) -> Request:
    """What a model is asked: the HDL without comments, and the signals without their logic."""
    check_kind(signals)
    form = prompt("decode", prompts)
    language, fence = _LANGUAGES[hdl.language]
    structure = signals.kind == "structure"
    text = form.fill(
        name=signals.name,
        signals=known_text(signals),
        facts="\n\n".join(children_text(signals)),
        language_of_hdl=language,
        fence=fence,
        hdl=without_comments(hdl.text, hdl.language),
        sections="Instances and Connections" if structure else "the logic tables",
    )
    return Request(
        model=model,
        messages=({"role": "user", "content": text},),
        purpose="decode",
        unit=signals.name,
        sample=sample,
        prompt=form.digest,
        schema=schema_of("table"),
    )


def problems(text: str, signals: Unit, library: Library) -> tuple[str, ...]:
    """Why a decoded table cannot be read, in sentences that show where; none where it can."""
    try:
        read_decoded(text, signals, library, {})
    except Unreadable as error:
        return _findings(text, signals, library) or (str(error),)
    return ()


def _findings(text: str, signals: Unit, library: Library) -> tuple[str, ...]:
    diagnostics = Diagnostics()
    lines: list[str] = []
    try:
        document = parse_markdown(Path(f"{signals.name}.lct.md"), text, diagnostics)
        lines = document.lines
        if not diagnostics.findings:
            elaborate(document, library, {}, diagnostics)
    except (ContainsItself, RecursionError, ValueError, OverflowError, MemoryError):
        return ()
    return tuple(_short(f.render(lines)) for f in diagnostics.findings[:_MOST])


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}..."


def _decoded(said: Said, signals: Unit, library: Library) -> DecodedByModel:
    text = fill_table(said.text, signals) if said.text else ""
    return DecodedByModel(
        text=text,
        findings=problems(text, signals, library) if text else (),
        refused=said.refused,
        malformed=said.malformed,
        notes=said.notes,
        replies=said.replies,
        history=said.history,
        rounds_of_continue=said.continued,
    )
