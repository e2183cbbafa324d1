"""Changes of what stands outside the logic tables: parameters, types, signals, assumptions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from spikewright.lct.diff.changes import Change
from spikewright.lct.diff.joint import Joint
from spikewright.lct.diff.match import same
from spikewright.lct.diff.text import PROSE, Sheet, align
from spikewright.lct.ir import Node, Unit
from spikewright.lct.reads import reads
from spikewright.lct.solver import Term
from spikewright.lct.values import show
from spikewright.lct.witness import Shown, simplest

__all__ = ["declared", "prose_changes"]

_SINGULAR = {
    "Parameters": "parameter",
    "Types": "type",
    "Signals": "signal",
    "Definitions": "definition",
    "Assumptions": "assumption",
    "Instances": "instance",
    "Connections": "connection",
    "External": "class",
}
Texts = Mapping[str, Sheet]


def declared(
    old: Unit, new: Unit, before: Texts, after: Texts, joint: Joint | None
) -> Iterator[Change]:
    """Every change of the sections other than logic tables.

    Parameters
    ----------
    before, after : mapping of str to Sheet
        The texts of both.
    joint : Joint or None
        Decides whether definitions and assumptions mean the same; None for units without logic.
    """
    if old.name != new.name:
        yield _change("", old.name, "renamed", "behaviour", f"unit {old.name} is {new.name} now")
    if _prose(old) != _prose(new):
        yield _change("", new.name, "changed", "words", "the text between the tables changed")
    empty = Sheet("", (), {})
    for title, word in _SINGULAR.items():
        sides = before.get(title, empty), after.get(title, empty)
        pairs = align(*sides)
        for name in pairs.removed:
            yield _gone(title, word, name, "removed", joint)
        for name in pairs.new:
            yield _gone(title, word, name, "new", joint)
        for name in pairs.pairs:
            yield from _paired(title, name, (old, new), sides, joint)
    if joint is not None:
        yield from _promises(joint, before, after)


def _change(section: str, name: str, what: str, verdict: str, sentence: str) -> Change:
    return Change(section, name, what, verdict, sentence)


def _gone(title: str, word: str, name: str, what: str, joint: Joint | None) -> Change:
    # A definition or a number does nothing by itself: regions say what its use does.
    passive = title in ("Definitions", "Parameters", "Types", "Assumptions") and joint is not None
    verdict = "see regions" if passive else "behaviour"
    return _change(title, name, what, verdict, f"{word} {name} is {what}")


def _paired(
    title: str,
    name: str,
    units: tuple[Unit, Unit],
    sides: tuple[Sheet, Sheet],
    joint: Joint | None,
) -> Iterator[Change]:
    """Changes of one row that both versions have."""
    old, new = units
    word = _SINGULAR[title]
    if title == "Parameters":
        a, b = old.parameters[name].value, new.parameters[name].value
        if a != b:
            yield _change(title, name, "changed", "behaviour", f"parameter {name}: {a} -> {b}")
            return
    if title == "Types" and old.types[name].type != new.types[name].type:
        texts = [side.rows[name]["definition"] for side in sides]
        widths = old.types[name].type.width, new.types[name].type.width
        sentence = f"type {name}: {_resized(texts[0], texts[1], widths)}"
        yield _change(title, name, "changed", "behaviour", sentence)
        return
    if title == "Signals":
        yield from _signal(name, old, new, sides)
        return
    yield from _words(title, word, name, sides, joint)
    yield from prose_changes(title, word, name, name, sides)


def _resized(old: str, new: str, widths: tuple[int, int]) -> str:
    """Two texts of a type, or its bits where only those differ."""
    return f"{old} -> {new}" if old != new else f"{widths[0]} -> {widths[1]} bits"


def _signal(name: str, old: Unit, new: Unit, sides: tuple[Sheet, Sheet]) -> Iterator[Change]:
    told = False
    a, b = old.signals[name], new.signals[name]
    if a.kind != b.kind:
        yield _change("Signals", name, "changed", "behaviour", f"{name}: {a.kind} -> {b.kind}")
        told = True
    if a.type != b.type:
        texts = [side.rows[name]["type"] for side in sides]
        sentence = f"{name}: type {_resized(texts[0], texts[1], (a.type.width, b.type.width))}"
        yield _change("Signals", name, "changed", "behaviour", sentence)
        told = True
    resets = [unit.symbols[name].reset for unit in (old, new) if name in unit.symbols]
    if a.kind == b.kind == "register" and resets[0] != resets[1]:
        values = [show(r or 0, s.type) for r, s in zip(resets, (a, b), strict=True)]
        sentence = f"register {name}: reset {values[0]} -> {values[1]}"
        yield _change("Signals", name, "changed", "behaviour", sentence)
        told = True
    if not told:
        yield from _words("Signals", "signal", name, sides, None, same_value=True)
    yield from prose_changes("Signals", "signal", name, name, sides)


def _words(
    title: str,
    word: str,
    name: str,
    sides: tuple[Sheet, Sheet],
    joint: Joint | None,
    *,
    same_value: bool = False,
) -> Iterator[Change]:
    """A row whose cells read differently."""
    cells = [side.meant(name) for side in sides]
    columns = [c for c in {**cells[0], **cells[1]} if cells[0].get(c, "") != cells[1].get(c, "")]
    if not columns or title == "Assumptions":
        return
    texts = "; ".join(f"{cells[0].get(c, '')} -> {cells[1].get(c, '')}" for c in columns)
    verdict = "words" if same_value or title in ("Parameters", "Types") else "behaviour"
    if title == "Definitions" and joint is not None:
        verdict = _meaning(name, joint)
    yield _change(title, name, "changed", verdict, f"{word} {name}: {texts}")


def _meaning(name: str, joint: Joint) -> str:
    """``words`` where a definition has the same value for all inputs."""
    old, new = joint.old, joint.new
    nodes = old.unit.definitions[name].node, new.unit.definitions[name].node
    bits = [side.terms.terms.bits(n) for side, n in zip((old, new), nodes, strict=True)]
    equal = same(joint.builder, bits[0], nodes[0].type, bits[1], nodes[1].type)
    if equal is None:
        return "see regions"
    answer = joint.ask(*joint.promised(), joint.builder.negate(equal))
    return "words" if answer == "unsat" else "see regions"


def prose_changes(
    title: str, word: str, name: str, twin: str, sides: tuple[Sheet, Sheet]
) -> Iterator[Change]:
    """Columns for people only."""
    for column in PROSE:
        if sides[0].cell(name, column) != sides[1].cell(twin, column):
            sentence = f"{word} {name}: {column} changed"
            yield _change(title, name, "changed", "words", sentence)


def _prose(unit: Unit) -> list[str]:
    parts = [unit.document.prose, *(s.prose for s in unit.document.sections)]
    return [line.strip() for part in parts for line in part if line.strip()]


def _promises(joint: Joint, before: Texts, after: Texts) -> Iterator[Change]:
    """What the assumptions allow now and did not, and the other way round."""
    empty = Sheet("", (), {})
    texts = [
        {n: row["always"] for n, row in side.get("Assumptions", empty).rows.items()}
        for side in (before, after)
    ]
    if texts[0] == texts[1] and joint.old.unit.assumptions == joint.new.unit.assumptions == []:
        return
    old, new = joint.promised()
    told = False
    for words, holds, fails in (
        ("allow now what they did not", new, old),
        ("exclude now what they allowed", old, new),
    ):
        given = [holds, joint.builder.negate(fails)]
        answer = joint.ask(*given)
        if answer == "unsat":
            continue
        told = True
        example = {}
        if answer == "sat":
            nodes = [a.node for side in (joint.old, joint.new) for a in side.unit.assumptions]
            example = simplest(joint.solver, given, joint.old.terms, _shown(joint, nodes)).shown
        verdict = "behaviour" if answer == "sat" else "unknown"
        sentence = f"the assumptions {words}"
        yield Change("Assumptions", "", "changed", verdict, sentence, example)
    if not told and texts[0] != texts[1]:
        sentence = "the assumptions read differently and allow the same"
        yield _change("Assumptions", "", "changed", "words", sentence)


def _shown(joint: Joint, nodes: Iterable[Node]) -> list[Shown]:
    def bits(name: str, node: Node) -> Term:
        side = joint.old if name.partition(".")[0] in joint.old.unit.signals else joint.new
        return side.terms.terms.bits(node)

    return [Shown(name, bits(name, node), node.type) for name, node in reads(nodes).items()]
