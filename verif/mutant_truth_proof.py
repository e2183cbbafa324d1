"""Equality of two modules by yosys' own SAT solver, which shares nothing with `lct.compare`.

The reference is the unit as the compiler makes it from its table, with further outputs that a
helper table gives: whether the assumptions hold, and for each output and register that has a ``*``
somewhere, whether its value counts. Both modules have their registers cut open.
"""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from spikewright.lct.compile import bases
from spikewright.lct.ir import ANY, Symbol, Unit
from spikewright.lct.library import SUFFIX, UNITS, Library
from spikewright.lct.load import load_class
from spikewright.lct.types import Enum
from spikewright.lct.values import leaves

from .mutant_truth_hdl import Cut, cut
from .mutant_truth_vectors import Layout, layout
from .mutation_bases import rtlil_text, to_verilog, yosys

__all__ = ["ASSUMED", "Reference", "domains", "prove", "reference", "with_cares"]

SECONDS = 60
"""For one proof."""

ASSUMED = "assumed"
"""The output of a helper that says whether the assumptions hold."""

_BAR = re.compile(r"(?<!\\)\|")


@dataclass(frozen=True)
class Reference:
    """The unit as the compiler makes it, cut open.

    Attributes
    ----------
    cut : Cut
        The module ``reference``.
    cares : mapping of str to str
        For symbols that do not always count, the output that says when they do.
    """

    unit: Unit
    cut: Cut
    cares: Mapping[str, str]


@cache
def reference(name: str) -> Reference:
    """The reference of a unit of the project."""
    unit = Library().unit(name)
    text, cares = with_cares(unit, Library().path(name).read_text(encoding="utf-8"))
    with tempfile.TemporaryDirectory() as folder:
        for path in UNITS.glob(f"*{SUFFIX}"):
            shutil.copy(path, folder)
        (Path(folder) / f"{name}{SUFFIX}").write_text(text, encoding="utf-8")
        library = Library(Path(folder))
        made = load_class(name, library)(
            **{k: b.default for k, b in bases(library.unit(name), library).items()}
        )
        verilog = to_verilog({name: rtlil_text(made, name)})[name]
    return Reference(unit, cut(verilog, unit, "reference"), cares)


def with_cares(unit: Unit, text: str) -> tuple[str, dict[str, str]]:
    """A unit's file with outputs that say what counts, and these by the symbols they are about.

    The output `ASSUMED` says whether all assumptions hold.
    """
    cares: dict[str, str] = {}
    tables = []
    lines = text.split("\n")
    for number, table in enumerate(unit.tables):
        head = lines.index(f"## Table {table.name} ({table.policy})") + 1
        while not lines[head].startswith("|"):
            head += 1
        rows = []
        for line in lines[head:]:
            if not line.startswith("|"):
                break
            rows.append(_BAR.split(line)[1:-1])
        arrow = [c.strip() for c in rows[0]].index("=>")
        starred = [
            p for p in range(len(table.targets)) if any(r.targets[p] == ANY for r in table.rows)
        ]
        if not starred:
            continue
        names = {p: f"care_{number}_{p}" for p in starred}
        cares |= {table.targets[p].symbol.name: names[p] for p in starred}
        made = [f"## Table care_{number} ({table.policy})"]
        for k, row in enumerate(rows):
            if k == 0:
                cells = [f" {names[p]} " for p in starred]
            elif k == 1:
                cells = ["---"] * len(starred)
            else:
                cells = [f" {int(table.rows[k - 2].targets[p] != ANY)} " for p in starred]
            made.append("|".join(["", *row[: arrow + 1], *cells, ""]))
        tables.append("\n".join(made))
    every = " and ".join(f"({_assumption(lines, a.id)})" for a in unit.assumptions) or "1 == 1"
    tables.append(
        f"## Table {ASSUMED} (unique)\n| row | => | {ASSUMED} |\n|---|---|---|\n"
        f"| always | => | 1 if {every} else 0 |"
    )
    at = lines.index("## Signals") + 1
    while not lines[at].startswith("|---"):
        at += 1
    columns = [c.strip() for c in _BAR.split(lines[at - 1])[1:-1]]
    values = {"kind": "out", "type": "unsigned(1)", "meaning": "whether it counts"}
    for name in [*cares.values(), ASSUMED]:
        row = [name if c == "name" else values.get(c, "") for c in columns]
        lines.insert(at + 1, "| " + " | ".join(row) + " |")
    return "\n".join(lines) + "\n" + "\n\n".join(tables) + "\n", cares


def _assumption(lines: list[str], name: str) -> str:
    """The text of an assumption."""
    at = lines.index("## Assumptions") + 1
    while not lines[at].startswith("|"):
        at += 1
    columns = [c.strip() for c in _BAR.split(lines[at])[1:-1]]
    for line in lines[at + 2 :]:
        values = [c.strip() for c in _BAR.split(line)[1:-1]]
        cells: dict[str, str] = dict(zip(columns, values, strict=False))
        if cells.get("id") == name:
            return cells["always"]
    raise KeyError(name)


def prove(known: Reference, modules: Mapping[str, Cut], seconds: float = SECONDS) -> dict[str, str]:
    """``equal``, ``different``, ``latch`` or ``undecided`` for each module, by its name.

    A latch is what yosys does not take in an ``always_comb``.
    """
    at = layout(known.unit)
    commands = []
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        (folder / "reference.v").write_text(known.cut.text, encoding="utf-8")
        for name, module in modules.items():
            text = module.text + _miter(known, module, name, at)
            (folder / f"{name}.v").write_text(text, encoding="utf-8")
            commands += [
                "design -reset",
                f"read_verilog -sv reference.v {name}.v",
                "prep -flatten -top miter",
                f"tee -q -o {name}.log sat -prove bad 0 -timeout {seconds:g} miter",
            ]
        refused = yosys(commands, folder, seconds * (len(modules) + 1))
        found = {name: _answer(folder / f"{name}.log") for name in modules}
    if refused and len(modules) == 1:
        return dict.fromkeys(modules, "latch" if "Latch inferred" in refused else "undecided")
    for name in modules if refused else ():
        # What yosys refuses keeps it from all that come after.
        if found[name] == "undecided":
            found |= prove(known, {name: modules[name]}, seconds)
    return found


def _answer(log: Path) -> str:
    """The verdict in yosys' own log; a design under test has no say in it."""
    text = log.read_text(encoding="utf-8") if log.is_file() else ""
    if "SAT proof finished - no model found: SUCCESS!" in text:
        return "equal"
    return "different" if "SAT proof finished - model found: FAIL!" in text else "undecided"


def _miter(known: Reference, module: Cut, name: str, at: Layout) -> str:
    """A module whose output `bad` is 1 where the two differ and it counts."""
    stimulus = [f"input [{f.width - 1}:0] {f.port}" for f in at.stimulus]
    more = [*known.cares.values(), ASSUMED]
    wires = "".join(
        f"  wire [{f.width - 1}:0] a__{f.port}, b__{f.port};\n" for f in at.result
    ) + "".join(f"  wire {n};\n" for n in more)
    places = {}
    for side, ports in (("a", known.cut.ports), ("b", module.ports)):
        places[side] = [f".{f.port}({f.port})" for f in at.stimulus if f.port in ports]
        places[side] += [f".{f.port}({side}__{f.port})" for f in at.result if f.port in ports]
    places["a"] += [f".{n}({n})" for n in more]
    terms = " |\n    ".join(_differences(known, at))
    return (
        f"\nmodule miter({', '.join([*stimulus, 'output bad'])});\n{wires}"
        f"  reference a({', '.join(places['a'])});\n  {name} b({', '.join(places['b'])});\n"
        f"  wire allowed = {' & '.join([ASSUMED, *domains(known.unit)])};\n"
        f"  assign bad = {terms};\nendmodule\n"
    )


def _differences(known: Reference, at: Layout) -> Iterator[str]:
    symbols = {s.name.replace(".", "__"): s for s in known.unit.symbols.values()}
    for f in at.result:
        differs = f"(a__{f.port} != b__{f.port})"
        symbol = symbols[f.name]
        care = known.cares.get(symbol.name)
        counts = f" & {care}" if care else ""
        if symbol.role == "output":
            yield f"(allowed & ~rst{counts} & {differs})"
        else:
            yield f"(allowed & ~rst{counts} & {differs})"
            if symbol.reset is not None:
                yield f"(rst & (b__{f.port} != {f.width}'d{symbol.reset & ((1 << f.width) - 1)}))"


def domains(unit: Unit) -> Iterator[str]:
    """What the types of inputs and registers allow: enumerations hold enumerants."""
    for symbol in unit.symbols.values():
        if symbol.role != "output":
            yield from _domain(symbol)


def _domain(symbol: Symbol) -> Iterator[str]:
    name = ("now__" if symbol.role == "register" else "") + symbol.name.replace(".", "__")
    for offset, leaf in leaves(symbol.type):
        if isinstance(leaf, Enum) and len(leaf.members) < 1 << leaf.width:
            part = f"{name}[{offset + leaf.width - 1}:{offset}]"
            yield "(" + " | ".join(f"({part} == {leaf.width}'d{v})" for _, v in leaf.members) + ")"
