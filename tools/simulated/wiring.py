"""Pools of units that are made of units: their top written as Verilog, with wires mixed up.

Truths come from runs in Icarus from reset: what differs there differs; what was only written in
another order is the same as it was made; and what no run tells apart is left out.
"""

from __future__ import annotations

import subprocess
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random

from spikewright.lct.check import check
from spikewright.lct.combinational import Net
from spikewright.lct.decoder.polish import read
from spikewright.lct.diagnostics import LctError
from spikewright.lct.ir import Symbol, Unit
from spikewright.lct.legs.text import text_of
from spikewright.lct.library import Library
from spikewright.verif.mutation_bases import verilog_base

from .paper import Grid, Paper, parse
from .pool import HdlVariant, Pair, Pool, TableVariant
from .sources import amaranth_of

__all__ = ["WIRED", "mixed_pool", "top_of"]

WIRED = ("router",)
"""Units of instances that have pools: their instances have tables, and Icarus runs them."""

CYCLES = 200
ORDERS = 5
SECONDS = 120


@dataclass(frozen=True)
class _Draft:
    """A table of instances; `wiring` is the number of the one that it is another order of."""

    text: str
    unit: Unit
    style: str
    fault: str
    wiring: int


def mixed_pool(name: str, seed: int = 0, faults: int = 12) -> Pool:
    """A pool of a unit of instances.

    Parameters
    ----------
    faults : int
        How many tables have their connections mixed up; each takes some seconds.
    """
    begin, random, library = time.perf_counter(), Random(f"{name} {seed}"), Library()
    drafts, left_out = _drafts(name, library, random, faults)
    # One of each wiring, and one that is only in another order.
    run = {d.wiring: d.unit for d in drafts} | {1: drafts[1].unit}
    tops = {f"top{k}": top_of(unit, f"top{k}", random) for k, unit in run.items()}
    traces = _traces(library.unit(name), tops, seed)
    assert traces["top0"] == traces["top1"], "the order of rows means nothing"
    original = text_of(drafts[0].text)

    def same(one: int, two: int) -> bool | None:
        """Whether two tables mean the same; None where nothing tells."""
        if drafts[one].wiring == drafts[two].wiring:
            return True
        first, second = (traces[f"top{drafts[k].wiring}"] for k in (one, two))
        return False if first != second else None

    kept = [k for k in range(len(drafts)) if same(0, k) is not None]
    left_out["no run tells it apart"] = len(drafts) - len(kept)
    tables = [
        TableVariant(
            name=f"t{k}", style=drafts[k].style, fault=drafts[k].fault, text=drafts[k].text,
            faulty=not same(0, k), same_text=text_of(drafts[k].text) == original, by="runs",
        )
        for k in kept
    ]  # fmt: skip
    hdl = []
    for k in kept:
        pairs = _pairs(k, kept, same, drafts, random)
        made = {"verilog": top_of(drafts[k].unit, name, random)}
        if k % 4 == 0:
            made["amaranth"] = amaranth_of(drafts[k].unit, library)
        for language, text in made.items():
            hdl.append(
                HdlVariant(
                    name=f"{language[0]}{k}", language=language, style=drafts[k].style,
                    fault=drafts[k].fault, text=text, faulty=not same(0, k), by="runs",
                    pairs=tuple(pairs),
                )
            )  # fmt: skip
    return Pool(
        unit=name, key=f"wiring {seed}", hdl=tuple(hdl), tables=tuple(tables),
        seconds=time.perf_counter() - begin, left_out=dict(left_out),
    )  # fmt: skip


Same = Callable[[int, int], bool | None]
MOST = {"right": 5, "wrong": 3, "original": 3}


def _pairs(
    hdl: int, kept: list[int], same: Same, drafts: list[_Draft], random: Random
) -> list[Pair]:
    found: dict[str, list[Pair]] = {"right": [], "wrong": [], "original": []}
    for at in random.sample(range(len(kept)), len(kept)):
        verdict = same(hdl, kept[at])
        if verdict is None:
            continue
        kind = "right" if verdict else "wrong"
        if not verdict and same(0, kept[at]):
            kind = "original"
        fault = "" if verdict else drafts[kept[at]].fault
        found[kind].append(Pair(table=at, faulty=not verdict, fault=fault, by="runs"))
    return [
        p
        for kind, most in (("right", 5), ("wrong", 3), ("original", 3))
        for p in found[kind][:most]
    ]


# ---- tables


def _drafts(
    name: str, library: Library, random: Random, faults: int
) -> tuple[list[_Draft], Counter[str]]:
    text, left_out = library.read(name).decode("utf-8"), Counter[str]()
    drafts = [_Draft(text, library.unit(name), "as it is", "", 0)]
    paper = parse(text)

    def take(new: Paper, style: str, fault: str, wiring: int) -> None:
        try:
            unit = read(new.text(), name)
        except LctError as error:
            left_out[f"no table: {error.findings[0].code}"] += 1
            return
        if found := check(unit):
            left_out[f"unsound: {found[0].code}"] += 1
        elif new.text() not in [d.text for d in drafts]:
            drafts.append(_Draft(new.text(), unit, style, fault, wiring))

    for _ in range(ORDERS):
        take(_reordered(paper, random), "rows in another order", "", 0)
    wanted = len(drafts) + 2 * faults
    for _ in range(10 * faults):
        if len(drafts) < wanted:
            before, mixed = len(drafts), _mixed(paper, random)
            take(mixed, "as it is", "connections mixed up", before)
            if len(drafts) > before:
                order = _reordered(mixed, random)
                take(order, "rows in another order", "connections mixed up", before)
    return drafts, left_out


def _reordered(paper: Paper, random: Random) -> Paper:
    def change(grid: Grid) -> Grid:
        if grid.section not in ("Instances", "Connections"):
            return grid
        return grid.with_rows(random.sample(grid.rows, len(grid.rows)))

    return replace(paper, grids=tuple(change(g) for g in paper.grids))


def _mixed(paper: Paper, random: Random) -> Paper:
    """Two connections have each other's end."""
    grid = paper.section("Connections")
    assert grid is not None
    one, two = random.sample(range(len(grid.rows)), 2)
    to = grid.header.index("to")
    first, second = grid.rows[one][to], grid.rows[two][to]
    return paper.swapped(grid, grid.with_cell(one, to, second).with_cell(two, to, first))


# ---- Verilog


def top_of(unit: Unit, name: str, random: Random) -> str:
    """The top of a unit of instances as Verilog, one wire for each output of an instance."""
    drivers = dict(Net(unit).wires.keys())
    ports = ["input clk", "input rst"]
    ports += [f"{s.role} {_range(s)}{_flat(s.name)}" for s in unit.symbols.values()]
    lines = [f"module {name} (", *(f"  {p}," for p in ports[:-1]), f"  {ports[-1]}", ");"]
    pattern = random.choice(("{}", "w_{}", "{}_w"))
    wire = {
        f"{n}.{s.name}": pattern.format(_flat(f"{n}.{s.name}"))
        for n, i in unit.instances.items()
        for s in i.unit.by_role("output")
    }
    wire |= {s.name: _flat(s.name) for s in unit.by_role("input")}
    for n, i in unit.instances.items():
        lines += [f"  wire {_range(s)}{wire[f'{n}.{s.name}']};" for s in i.unit.by_role("output")]
    for n, i in random.sample(list(unit.instances.items()), len(unit.instances)):
        pins = [".clk(clk)", ".rst(rst)"] if i.unit.by_role("register") else []
        for s in i.unit.symbols.values():
            whole = f"{n}.{s.name}"
            if s.role == "input":
                pins.append(f".{_flat(s.name)}({wire[drivers[whole]]})")
            elif s.role == "output":
                pins.append(f".{_flat(s.name)}({wire[whole]})")
        body = ",\n".join(f"    {p}" for p in random.sample(pins, len(pins)))
        lines.append(f"  {i.unit.name} {n} (\n{body}\n  );")
    lines += [
        f"  assign {_flat(s.name)} = {wire[drivers[s.name]]};" for s in unit.by_role("output")
    ]
    return "\n".join([*lines, "endmodule", ""])


def _flat(name: str) -> str:
    return name.replace(".", "__")


def _range(symbol: Symbol) -> str:
    return f"[{symbol.type.width - 1}:0] " if symbol.type.width > 1 else ""


# ---- runs


def _traces(unit: Unit, tops: Mapping[str, str], seed: int) -> dict[str, str]:
    """The outputs of each top in every cycle of the same run."""
    inner = {i.unit.name for i in unit.instances.values()}
    text = "\n".join([*(verilog_base(n) for n in sorted(inner)), *tops.values()])
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        (folder / "bench.v").write_text(text + _bench(unit, list(tops), seed), encoding="utf-8")
        for command in (
            ["iverilog", "-g2012", "-s", "bench", "-o", "bench.vvp", "bench.v"],
            ["vvp", "-n", "bench.vvp"],
        ):
            subprocess.run(command, cwd=folder, timeout=SECONDS, capture_output=True, check=True)
        return {n: (folder / f"{n}.txt").read_text(encoding="utf-8") for n in tops}


def _bench(unit: Unit, names: list[str], seed: int) -> str:
    inputs, outputs = unit.by_role("input"), unit.by_role("output")
    width = sum(s.type.width for s in outputs)
    lines = ["", "module bench;", "  reg clk = 0, rst = 1;", f"  integer n, seed = {seed + 1};"]
    lines += [f"  reg {_range(s)}{_flat(s.name)};" for s in inputs]
    given = [f".{_flat(s.name)}({_flat(s.name)})" for s in inputs]
    opens, writes = [], []
    for name in names:
        lines += [f"  wire [{width - 1}:0] o_{name};", f"  integer f_{name};"]
        at, pins = 0, [".clk(clk)", ".rst(rst)", *given]
        for s in outputs:
            pins.append(f".{_flat(s.name)}(o_{name}[{at + s.type.width - 1}:{at}])")
            at += s.type.width
        lines.append(f"  {name} u_{name} ({', '.join(pins)});")
        opens.append(f'    f_{name} = $fopen("{name}.txt");')
        writes.append(f'      $fdisplay(f_{name}, "%h", o_{name});')
    lines += ["  initial begin", *opens, f"    for (n = 0; n < {CYCLES}; n = n + 1) begin"]
    lines.append("      rst = n < 2;")
    # Offsets near zero, so that packets turn, arrive, and meet each other.
    lines += [
        f"      {_flat(s.name)} = "
        + (
            "$random(seed);"
            if s.type.width == 1
            else "$random(seed) & ($random(seed) % 3 ? 32'h3fc20601 : 32'hffffffff);"
        )
        for s in inputs
    ]
    lines += ["      #1;", *writes, "      clk = 1; #1; clk = 0;", "    end", "    $finish;"]
    return "\n".join([*lines, "  end", "endmodule", ""])
