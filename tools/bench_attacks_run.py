"""Every attack both ways: as a user has it, and against the sandbox alone."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace

from spikewright.lct.front.amaranth_text import STOPS, TEXT_LIMITS, elaborate_text
from spikewright.lct.front.build import build_design
from spikewright.lct.front.confine import Limits
from spikewright.lct.front.design import Design
from spikewright.lct.front.elaborator import Elaborator
from spikewright.lct.front.load import load_rtlil, load_verilog
from spikewright.lct.front.refusal import Refused
from spikewright.lct.front.source import load_amaranth_text
from spikewright.tools import bench_attacks_amaranth, bench_attacks_verilog
from spikewright.tools.bench_attacks_watch import Bounds, Watch

__all__ = ["ALONE", "CONTROLS", "HARMLESS", "USER", "Attack", "Outcome", "attacks", "attempt"]

USER, ALONE = "checked", "unchecked"
"""Ways: through the check of the text and the sandbox; through the sandbox only."""

HARMLESS, NOTHING = "harmless hardware", "nothing"

LIMITS = replace(TEXT_LIMITS, seconds=5.0, processor_seconds=5)
HDL_LIMITS = Limits(seconds=8.0, memory=1_024)
BOUNDS = Bounds(seconds=20.0, disk=128)
"""Those of users are larger; what is shown is that they hold."""


@dataclass(frozen=True)
class Attack:
    """A text that tries something; ``language`` is ``amaranth`` or ``verilog``."""

    language: str
    kind: str
    name: str
    text: str


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What came of an attack.

    Attributes
    ----------
    way : str
        `USER` or `ALONE`.
    stopped : str
        What stopped it; ``no hardware`` where it failed for want of what it looked for, `HARMLESS`
        where it became hardware like any other.
    rule, sentence : str
        Of the refusal.
    traces : tuple of str
        What it left; empty unless it came through.
    """

    language: str
    kind: str
    name: str
    way: str
    stopped: str
    rule: str
    sentence: str
    traces: tuple[str, ...]
    seconds: float

    @property
    def ok(self) -> bool:
        """Whether it came to nothing; a control, whether it was let pass."""
        return not self.traces and (self.kind != "control" or self.stopped == HARMLESS)


def attacks() -> Iterator[Attack]:
    """All of them."""
    for language, texts in (
        ("amaranth", bench_attacks_amaranth.TEXTS),
        ("verilog", bench_attacks_verilog.TEXTS),
    ):
        for kind, named in texts.items():
            for name, text in named.items():
                yield Attack(language, kind, name, text)


CONTROLS = (
    Attack("amaranth", "control", "a counter", bench_attacks_amaranth.HARMLESS),
    Attack("verilog", "control", "a counter", bench_attacks_verilog.HARMLESS),
)
"""What must become hardware both ways."""


def attempt(attack: Attack, way: str, watch: Watch, without: Collection[str] = ()) -> Outcome:
    """Let an attack have its way.

    Parameters
    ----------
    attack : Attack
    way : str
    watch : Watch
    without : collection of str
        Layers of the sandbox to leave off, for showing that what they stop would be seen.
    """
    text, said = watch.fill(attack.text), list[str]()
    stopped, rule, sentence = HARMLESS, "", ""
    with watch.attempt(BOUNDS, said) as seen:
        try:
            said += _words(_load(attack.language, text, way, without))
        except Refused as refused:
            rule, sentence = refused.rule, str(refused)
            said += [rule, refused.place, sentence]
            stopped = _stop(refused)
        except Exception as error:  # noqa: BLE001 - that is what is looked for
            seen.traces.append(f"a fault of ours ({type(error).__name__})")
    return Outcome(
        language=attack.language,
        kind=attack.kind,
        name=attack.name,
        way=way,
        stopped=NOTHING if seen.traces else stopped,
        rule=rule,
        sentence=sentence,
        traces=tuple(seen.traces),
        seconds=round(seen.seconds, 2),
    )


def _load(language: str, text: str, way: str, without: Collection[str]) -> Design:
    with Elaborator() as elaborator:
        elaborator.limits = HDL_LIMITS
        if language == "verilog":
            if way == USER:
                return load_verilog({"unit.v": text}, "", elaborator=elaborator)
            request = {"language": "verilog", "top": "", "parameters": {}}
            netlist = elaborator.elaborate({"unit.v": text}, request)
            return build_design(netlist, "verilog", lambda: (text,), (), "")
        if way == USER and not without:
            return load_amaranth_text(text, "Unit", limits=LIMITS, elaborator=elaborator)
        rtlil, files = elaborate_text(
            text.encode(errors="surrogatepass"),
            "answer.py",
            "Unit",
            checked=way == USER,
            limits=LIMITS,
            without=without,
        )
        return load_rtlil(rtlil, "Unit", elaborator=elaborator, files=files)


def _words(design: Design) -> Iterator[str]:
    """All of a design that a report may show."""
    yield from (design.name, *design.inputs, *design.outputs, *design.memories)
    for name, register in design.registers.items():
        yield from (name, register.place)
    for net in design.netlist.nets.values():
        yield from (net.name, net.place)


def _stop(refused: Refused) -> str:
    if refused.by == "text":
        return "check of the text"
    return STOPS.get(refused.rule, "no hardware")
