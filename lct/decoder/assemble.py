"""From a design to a unit file that is proven to say the same."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from spikewright.lct.decoder.judge import Judge
from spikewright.lct.decoder.proof import Undecodable, plain, prove
from spikewright.lct.decoder.recognise import recognise
from spikewright.lct.decoder.render import define_types, grid, reset_text, sheet_text
from spikewright.lct.decoder.rows import Sheet, tidy, weight
from spikewright.lct.decoder.settle import settle, undefined
from spikewright.lct.decoder.speak import Speaker, Unsayable
from spikewright.lct.decoder.split import Goal, Splitter, TooLarge
from spikewright.lct.decoder.word import Word, mask, ordered
from spikewright.lct.decoder.words import Words
from spikewright.lct.diagnostics import Diagnostics
from spikewright.lct.elaborate import elaborate
from spikewright.lct.expression import KEYWORDS
from spikewright.lct.front.design import Design
from spikewright.lct.front.terms import DesignTerms
from spikewright.lct.ir import Unit
from spikewright.lct.library import Library
from spikewright.lct.markdown import parse_markdown
from spikewright.lct.scope import FUNCTIONS
from spikewright.lct.solver import LIMIT
from spikewright.lct.types import Array, Enum, Int, Struct, Type

__all__ = ["Decoded", "Undecodable", "decode"]


_SHORT = 6
"""Operations and operands of a condition that is short enough to be left as one expression."""


@dataclass(frozen=True)
class Decoded:
    """A unit file, and the unit that it elaborates to."""

    text: str
    unit: Unit


@dataclass(frozen=True)
class Port:
    """A symbol of the table and what it is in the HDL."""

    name: str
    hdl: str
    type: Type
    role: str


def decode(
    design: Design, signals: Unit, guide: Unit | None = None, limit: float = LIMIT
) -> Decoded:
    """The table of a design, proven equal to it.

    Parameters
    ----------
    design : Design
    signals : Unit
        Its signals and types are read, nothing else.
    guide : Unit
        A table whose definitions may serve as a vocabulary.
    limit : float
        Seconds for one question of the proof.

    Raises
    ------
    Undecodable
        The HDL lacks a port, leaves something undefined in part, or uses what the language cannot
        say; or the proof did not succeed.
    """
    decoder = _Decoder(design, signals, guide)
    try:
        text = decoder.text()
    except Unsayable as e:
        raise Undecodable(f"{design.name} cannot be written as a table: {e}") from None
    unit = _elaborate(text, signals.name)
    prove(unit, design, limit)
    return Decoded(text, unit)


def _elaborate(text: str, name: str) -> Unit:
    diagnostics = Diagnostics()
    document = parse_markdown(Path(f"{name}.lct.md"), text, diagnostics)
    diagnostics.raise_if_any(document.lines)
    unit = elaborate(document, Library(Path("/nonexistent")), {}, diagnostics)
    diagnostics.raise_if_any(document.lines)
    return unit


class _Decoder:
    def __init__(self, design: Design, signals: Unit, guide: Unit | None) -> None:
        self.design, self.signals, self.guide = design, signals, guide
        self.words = Words()
        self.ports = list(self._ports())
        self.symbols = {p.hdl: (p.name, p.type) for p in self.ports if p.role != "output"}
        held = {
            n: self.words.unknown(n, design.width(n)) for n in (*design.inputs, *design.registers)
        }
        self.terms = DesignTerms(design, self.words, bound=held)
        self.judge = Judge({n: t for n, (_, t) in self.symbols.items()})

    def _ports(self) -> list[Port]:
        found = []
        for symbol in self.signals.symbols.values():
            hdl = symbol.name.replace(".", "__")
            sides: Mapping[str, Mapping[str, object]] = {
                "input": self.design.inputs,
                "output": self.design.outputs,
                "register": self.design.registers,
            }
            if hdl not in sides[symbol.role]:
                if symbol.role == "register":
                    continue
                raise Undecodable(f"{self.design.name} has no {symbol.role} {hdl}")
            if self.design.width(hdl) != symbol.type.width:
                raise Undecodable(
                    f"{hdl} of {self.design.name} has {symbol.type.width} bits in the table, "
                    f"{self.design.width(hdl)} in the HDL"
                )
            found.append(Port(symbol.name, hdl, symbol.type, symbol.role))
        known = {p.hdl for p in found}
        ports = {"input": self.design.inputs, "output": self.design.outputs}
        for role, names in ports.items():
            for hdl in names:
                if hdl not in known:
                    raise Undecodable(f"{self.design.name} has an {role} {hdl} of no signal")
        for hdl in self.design.registers:
            if hdl not in known:
                kind = Int(self.design.width(hdl))
                found.append(Port(plain(hdl), hdl, kind, "register"))
        return found

    # ---- the text

    def text(self) -> str:
        """The whole file."""
        goals = self._goals()
        names = self._names([g.word for g in goals])
        functions = recognise(self.words, self.judge, [g.word for g in goals])
        speaker = Speaker(self.words, self.symbols, functions, names)
        splitter = Splitter(self.words, self.judge, self._types(), names)
        splitter.learn(goals)
        sheets = self._sheets(splitter, goals)
        kinds = {p.name: p.type for p in self.ports}
        tables = []
        for sheet in sheets:
            targets = [g.name for g in sheet.goals]
            label = _label(sheet)
            types = [kinds[t] for t in targets]
            tables.append(sheet_text(label, sheet, speaker, types, targets))
        return "\n".join([self._front(speaker), *tables])

    def _goals(self) -> list[Goal]:
        goals = []
        for port in self.ports:
            if port.role == "output":
                word = settle(self.words, self.terms.value(port.hdl))
                goals.append(Goal(port.name, word, None, self._short(word)))
            elif port.role == "register":
                word = settle(self.words, self.terms.next(port.hdl))
                held = self.words.unknown(port.hdl, port.type.width)
                goals.append(Goal(port.name, word, held, self._short(word)))
        return goals

    def _short(self, word: Word) -> bool:
        """Whether a condition is best left as an expression."""
        parts = list(ordered(word, {}))
        return word.width == 1 and len(parts) <= _SHORT and not any(map(undefined, parts))

    def _types(self) -> dict[Word, Type]:
        """Types of all signals and of their parts."""
        found: dict[Word, Type] = {}

        def visit(symbol: Word, low: int, kind: Type) -> None:
            found[self.words.slice(symbol, low, kind.width)] = kind
            if isinstance(kind, Struct):
                for name, part in kind.fields:
                    visit(symbol, low + kind.offset(name), part)
            if isinstance(kind, Array):
                for i in range(kind.length):
                    visit(symbol, low + i * kind.element.width, kind.element)

        for hdl, (_, kind) in self.symbols.items():
            visit(self.words.unknown(hdl, kind.width), 0, kind)
        return found

    def _names(self, roots: Sequence[Word]) -> dict[Word, str]:
        """Words that a declared wire of the HDL names."""
        taken = {s.name.partition(".")[0] for s in self.signals.symbols.values()}
        taken |= {p.name for p in self.ports} | set(KEYWORDS) | set(FUNCTIONS) | {"hold"}
        for kind in define_types(p.type for p in self.ports):
            taken.add(kind)
        for word in self._types().values():
            if isinstance(word, Enum):
                taken |= {n for n, _ in word.members}
        below: set[Word] = set()
        for root in roots:
            below |= set(ordered(root, {}))
        below -= set(roots)
        names: dict[Word, str] = {}
        nets = sorted(self.design.netlist.nets.values(), key=lambda n: (len(n.name), n.name))
        for net in nets:
            if net.hidden or net.name in taken or not net.name.isidentifier():
                continue
            word = self.terms.bits(net.bits)
            if word in below and word not in names and _compound(word):
                names[word] = net.name
        return names

    # ---- tables

    def _sheets(self, splitter: Splitter, goals: list[Goal]) -> list[Sheet]:
        clusters: list[tuple[Goal, ...]] = [(g,) for g in goals]
        sheets = {c: self._sheet(splitter, c) for c in clusters}
        done: dict[tuple[Goal, ...], Sheet] = {}
        simple = tuple(g for s in sheets.values() if len(s.rules) == 1 for g in s.goals)
        alone = [c for c in clusters if len(sheets[c].rules) > 1]
        if simple:
            done[simple] = self._sheet(splitter, simple)
        tried: set[tuple[Goal, ...]] = set()
        again = True
        while again:
            again = False
            pairs = [
                (self._likeness(sheets[a], sheets[b]), i, j)
                for i, a in enumerate(alone)
                for j, b in enumerate(alone)
                if i < j
            ]
            for likeness, i, j in sorted(pairs, key=lambda p: (-p[0], p[1], p[2])):
                both = alone[i] + alone[j]
                if likeness < 0.3 or both in tried:
                    continue
                tried.add(both)
                try:
                    joint = self._sheet(splitter, both)
                except TooLarge:
                    continue
                if joint.cost < sheets[alone[i]].cost + sheets[alone[j]].cost:
                    sheets[both] = joint
                    alone[i] = both
                    del alone[j]
                    again = True
                    break
        return [*(sheets[c] for c in alone), *done.values()]

    @staticmethod
    def _likeness(a: Sheet, b: Sheet) -> float:
        one, two = ({c.subject for c in s.columns} for s in (a, b))
        return len(one & two) / min(len(one), len(two)) if one and two else 0.0

    def _sheet(self, splitter: Splitter, goals: tuple[Goal, ...]) -> Sheet:
        try:
            rules = splitter.rules(goals)
        except TooLarge:
            if len(goals) > 1:
                raise
            goals = (replace(goals[0], whole=True),)
            rules = splitter.rules(goals)
        sheet = tidy(self.words, self.judge, splitter.columns, goals, rules)
        if len(goals) == 1 and self._better_whole(goals[0], sheet):
            return self._sheet(splitter, (replace(goals[0], whole=True),))
        return sheet

    @staticmethod
    def _better_whole(goal: Goal, sheet: Sheet) -> bool:
        """Whether a condition reads better as an expression than as all of these rows."""
        if goal.whole or goal.word.width > 1 or any(map(undefined, ordered(goal.word, {}))):
            return False
        return sheet.cost > 4 * weight(goal.word) + 6

    def _front(self, speaker: Speaker) -> str:
        """Everything before the tables."""
        parts = [f"# {self.signals.name}\n"]
        types = define_types(p.type for p in self.ports)
        if types:
            parts.append("## Types\n" + grid(["name", "definition"], types.items()) + "\n")
        rows = []
        registers = {p.name: p for p in self.ports if p.role == "register"}
        for signal in self.signals.signals.values():
            if signal.kind == "register" and signal.name not in registers:
                continue
            reset = self._reset(registers[signal.name]) if signal.kind == "register" else ""
            rows.append([signal.name, signal.kind, str(signal.type), reset, signal.meaning])
        for port in registers.values():
            if port.name not in self.signals.signals:
                rows.append([port.name, "register", str(port.type), self._reset(port), ""])
        head = ["name", "kind", "type", "reset", "meaning"]
        parts.append("## Signals\n" + grid(head, rows) + "\n")
        if speaker.definitions:
            rows = [[n, p.text] for n, p in speaker.definitions.items()]
            parts.append("## Definitions\n" + grid(["name", "expression"], rows) + "\n")
        return "\n".join(parts)

    def _reset(self, port: Port) -> str:
        """The value after reset, or at power-on where there is no reset."""
        register = self.design.registers[port.hdl]
        value: int | None = None
        if self.design.reset is not None:
            held = {
                n: self.words.unknown(n, self.design.width(n))
                for n in (*self.design.inputs, *self.design.registers)
            }
            held[self.design.reset] = self.words.number(self.design.reset_active, 1)
            during = DesignTerms(self.design, self.words, bound=held)
            word = (
                during.bits(register.load) if register.load is not None else during.next(port.hdl)
            )
            value = word.value if word.op == "const" else None
        if value is None and register.init is not None and "x" not in register.init:
            value = int(register.init, 2) & mask(port.type.width)
        if value is None:
            raise Undecodable(f"register {port.hdl} of {self.design.name} has no reset value")
        return reset_text(value, port.type)


def _label(sheet: Sheet) -> str:
    """A name for a table."""
    return sheet.goals[0].name.replace(".", "_") if len(sheet.rules) > 1 else "wires"


def _compound(word: Word) -> bool:
    """Whether a name says less than it costs: of what is as short itself."""
    if word.op in ("const", "sym", "cat", "zext", "sext"):
        return False
    inner = word.args[0]
    return not (word.op in ("slice", "not") and inner.op in ("sym", "slice"))
