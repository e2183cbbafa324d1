"""Blind decoding: a table from the design and the list of its signals alone."""

from __future__ import annotations

from collections.abc import Sequence

from spikewright.lct.decoder.assembly import Assembly
from spikewright.lct.decoder.render import define_types, grid, reset_text, sheet_text
from spikewright.lct.decoder.rows import Sheet
from spikewright.lct.decoder.scene import Scene
from spikewright.lct.decoder.speak import Speaker
from spikewright.lct.decoder.word import Word, ordered
from spikewright.lct.expression import KEYWORDS
from spikewright.lct.scope import FUNCTIONS
from spikewright.lct.types import Enum
from spikewright.lct.values import leaves

__all__ = ["blind_text"]


def blind_text(scene: Scene) -> str:
    """The file of a design's table, in the names of its signals and wires."""
    assembly = Assembly(scene, lambda roots: _names(scene, roots))
    tables = []
    for sheet in assembly.sheets():
        targets = [g.name for g in sheet.goals]
        types = [scene.unit.symbols[t].type for t in targets]
        tables.append(sheet_text(_label(sheet), sheet, assembly.speaker, types, targets))
    return "\n".join([_front(scene, assembly.speaker), *tables])


def _names(scene: Scene, roots: Sequence[Word]) -> dict[Word, str]:
    """Words that a declared wire of the HDL names."""
    taken = {n.partition(".")[0] for n in scene.unit.symbols}
    taken |= {*KEYWORDS, *FUNCTIONS, "hold", *define_types(scene.types)}
    for kind in scene.types:
        for _, leaf in leaves(kind):
            if isinstance(leaf, Enum):
                taken |= {n for n, _ in leaf.members}
    below: set[Word] = set()
    for root in roots:
        below |= set(ordered(root, {}))
    below -= set(roots)
    names: dict[Word, str] = {}
    nets = sorted(scene.design.netlist.nets.values(), key=lambda n: (len(n.name), n.name))
    for net in nets:
        if net.hidden or net.name in taken or not net.name.isidentifier():
            continue
        word = scene.bits(net.bits)
        if word in below and word not in names and _compound(word):
            names[word] = net.name
    return names


def _front(scene: Scene, speaker: Speaker) -> str:
    """Everything before the tables."""
    parts = [f"# {scene.unit.name}\n"]
    types = define_types(scene.types)
    if types:
        parts.append("## Types\n" + grid(["name", "definition"], types.items()) + "\n")
    rows = []
    for name, signal in scene.signals.signals.items():
        if signal.kind != "register":
            rows.append([name, signal.kind, str(signal.type), "", signal.meaning])
    for symbol in scene.unit.by_role("register"):
        reset = reset_text(scene.reset(symbol), symbol.type)
        meaning = scene.meaning(symbol.name)
        rows.append([symbol.name, "register", str(symbol.type), reset, meaning])
    head = ["name", "kind", "type", "reset", "meaning"]
    parts.append("## Signals\n" + grid(head, rows) + "\n")
    if speaker.definitions:
        rows = [[n, p.text] for n, p in speaker.definitions.items()]
        parts.append("## Definitions\n" + grid(["name", "expression"], rows) + "\n")
    return "\n".join(parts)


def _label(sheet: Sheet) -> str:
    """A name for a table."""
    return sheet.goals[0].name.replace(".", "_") if len(sheet.rules) > 1 else "wires"


def _compound(word: Word) -> bool:
    """Whether a name says less than it costs: of what is as short itself."""
    if word.op in ("const", "sym", "cat", "zext", "sext"):
        return False
    inner = word.args[0]
    return not (word.op in ("slice", "not") and inner.op in ("sym", "slice"))
