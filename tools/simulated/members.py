"""What tables and HDL do on the same vectors, and in yosys' SAT solver: nothing of the comparison.

Everything is seen through the original table: an input that its assumptions exclude, and a value
that it leaves open, count for nothing. Seen so, doing the same is an equivalence: whatever shares a
class does the same as everything else in it.
"""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from spikewright.lct.evaluate import pack, unpack
from spikewright.lct.execute import Machine, first_match
from spikewright.lct.ir import ANY, Unit
from spikewright.lct.reads import expressions, symbols_of
from spikewright.verif.mutant_truth_hdl import Cut, RefusedByIcarus
from spikewright.verif.mutant_truth_vectors import layout, vectors

__all__ = ["Member", "Stage"]

SECONDS = 120


@dataclass
class Member:
    """A table or HDL.

    Attributes
    ----------
    seen : list of int
        Its outputs and next states for each vector; 0 where any value would do.
    open : list of int
        Bits to which it gives any value.
    trouble : str
        Why it cannot be run: its interface, a latch, a loop.
    """

    name: str
    seen: list[int] = field(default_factory=list)
    open: list[int] = field(default_factory=list)
    trouble: str = ""


class Stage:
    """The vectors of one unit, and everything that is run on them.

    Parameters
    ----------
    unit : Unit
        The original.
    plain, odd : int
        How many vectors; see `mutant_truth_vectors.vectors`.
    """

    def __init__(self, unit: Unit, seed: int, plain: int, odd: int) -> None:
        self.unit, self.at = unit, layout(unit)
        packed = vectors(unit, plain, odd, f"simulated {seed}")
        low = sum(f.width for f in self.at.stimulus)
        self.result_width = sum(f.width for f in self.at.result)
        mask = (1 << self.result_width) - 1
        self.stimuli = [v & ((1 << low) - 1) for v in packed]
        self.expected = [v >> low & mask for v in packed]
        self.care = [v >> (low + self.result_width) & mask for v in packed]
        self._rows = self._firing()

    def original(self) -> Member:
        """What the original itself does."""
        full = (1 << self.result_width) - 1
        return Member("original", list(self.expected), [full & ~c for c in self.care])

    # ---- tables

    def table(self, name: str, unit: Unit) -> Member:
        """Run another table."""
        member = Member(name)
        member.trouble = self._interface(unit)
        if member.trouble:
            return member
        machine = Machine(unit)
        for stimulus in self.stimuli:
            value, vague = self._answer(machine, stimulus)
            member.seen.append(value & ~vague)
            member.open.append(vague)
        return member

    def _interface(self, unit: Unit) -> str:
        theirs = {s.name: (s.role, s.type.width) for s in unit.symbols.values()}
        for symbol in self.unit.symbols.values():
            if theirs.pop(symbol.name, None) != (symbol.role, symbol.type.width):
                return f"interface: {symbol.name}"
        return f"interface: {min(theirs)}" if theirs else ""

    def _values(self, unit: Unit, stimulus: int) -> dict[str, int]:
        names = {s.name.replace(".", "__"): s for s in unit.symbols.values()}
        return {
            names[f.name].name: unpack(stimulus >> f.low, names[f.name].type)
            for f in self.at.stimulus
            if f.role != "reset"
        }

    def _answer(self, machine: Machine, stimulus: int) -> tuple[int, int]:
        """Results, and the bits that may be anything."""
        unit = machine.unit
        names = {s.name.replace(".", "__"): s for s in unit.symbols.values()}
        resets = stimulus & 1
        values = {} if resets else machine.complete(self._values(unit, stimulus))
        result = vague = at = 0
        for f in self.at.result:
            symbol, mask = names[f.name], (1 << f.width) - 1
            if resets:
                reset = symbol.reset if f.role == "next" else None
                result |= ((reset or 0) & mask) << at
                vague |= (0 if reset is not None else mask) << at
            else:
                result |= pack(machine.outcome(symbol, values), symbol.type) << at
                vague |= (mask if _left_open(machine, symbol.name, values) else 0) << at
            at += f.width
        return result, vague

    def _firing(self) -> list[dict[str, str]]:
        """For each vector, the row ``TABLE.ROW`` of the original that decides each symbol.

        Symbols that follow an output are left out: a row is not wrong because an output that it
        reads is.
        """
        machine = Machine(self.unit)
        outputs = {s.name for s in self.unit.by_role("output")}
        follow = {
            target.symbol.name
            for table in self.unit.tables
            for target in table.targets
            if outputs & {*symbols_of(expressions(table, target.symbol.name))}
        }
        found: list[dict[str, str]] = []
        for stimulus in self.stimuli:
            if stimulus & 1:
                found.append({})
                continue
            values = machine.complete(self._values(self.unit, stimulus))
            row_of: dict[str, str] = {}
            for table in self.unit.tables:
                row = first_match(table, values) or table.rows[-1]
                place = f"{table.name}.{row.id}"
                names = (t.symbol.name for t in table.targets if t.symbol.name not in follow)
                row_of |= {n.replace(".", "__"): place for n in names}
            found.append(row_of)
        return found

    # ---- HDL

    def hdl(self, modules: Mapping[str, Cut]) -> dict[str, Member]:
        """Run modules whose registers are cut open, in Icarus."""
        found = {n: Member(n, trouble=c.trouble) for n, c in modules.items() if c.trouble}
        rest = {n: c for n, c in modules.items() if not c.trouble}
        names = list(rest)
        for start in range(0, len(names), 16):
            some = {n: rest[n] for n in names[start : start + 16]}
            try:
                found |= self._simulated(some)
            except RefusedByIcarus:
                for name, module in some.items():
                    try:
                        found |= self._simulated({name: module})
                    except RefusedByIcarus:
                        found[name] = Member(name, trouble="refused by Icarus")
        return found

    def _simulated(self, modules: Mapping[str, Cut]) -> dict[str, Member]:
        with tempfile.TemporaryDirectory() as temporary:
            folder = Path(temporary)
            width = sum(f.width for f in self.at.stimulus)
            digits = -(-width // 4)
            lines = "".join(f"{s:0{digits}x}\n" for s in self.stimuli)
            (folder / "stimuli.hex").write_text(lines, encoding="utf-8")
            text = "\n".join(m.text for m in modules.values())
            (folder / "bench.v").write_text(text + self._bench(modules, width), encoding="utf-8")
            _run(["iverilog", "-g2012", "-s", "bench", "-o", "bench.vvp", "bench.v"], folder)
            _run(["vvp", "-n", "bench.vvp"], folder)
            return {name: self._read(name, folder / f"{k}.txt") for k, name in enumerate(modules)}

    def _read(self, name: str, path: Path) -> Member:
        lines = path.read_text(encoding="utf-8").split()
        if len(lines) != len(self.stimuli):
            raise RefusedByIcarus("Icarus must answer every vector, and did not")
        member = Member(name)
        for line in lines:
            vague = 0
            if not line.isdigit():
                vague = int("".join("01"[c not in "01"] for c in line), 2)
                line = "".join(c if c in "01" else "0" for c in line)  # noqa: PLW2901
            member.seen.append(int(line, 2))
            member.open.append(vague)
        return member

    def _bench(self, modules: Mapping[str, Cut], width: int) -> str:
        parts = [
            f"\n`timescale 1ns/1ns\nmodule bench;\n  reg [{width - 1}:0] m [0:"
            f"{len(self.stimuli) - 1}];\n  reg [{width - 1}:0] s;\n  integer i;\n"
        ]
        opens, writes = [], []
        for k, (name, module) in enumerate(modules.items()):
            ports, at = [], 0
            for f in self.at.stimulus:
                if f.port in module.ports:
                    ports.append(f".{f.port}(s[{f.low + f.width - 1}:{f.low}])")
            for f in self.at.result:
                if f.port in module.ports:
                    ports.append(f".{f.port}(r{k}[{at + f.width - 1}:{at}])")
                at += f.width
            parts.append(
                f"  integer f{k};\n  wire [{self.result_width - 1}:0] r{k};\n"
                f"  {name} u{k}({', '.join(ports)});\n"
            )
            opens.append(f'    f{k} = $fopen("{k}.txt");\n')
            writes.append(f'      $fdisplay(f{k}, "%b", r{k});\n')
        return "".join(
            [
                *parts,
                '  initial begin\n    $readmemh("stimuli.hex", m);\n',
                *opens,
                f"    for (i = 0; i < {len(self.stimuli)}; i = i + 1) begin\n      s = m[i];\n",
                "      #1;\n",
                *writes,
                "    end\n    $finish;\n  end\nendmodule\n",
            ]
        )

    # ---- differences

    def differs(self, spec: Member, other: Member) -> Iterator[tuple[int, int]]:
        """Vectors, and the bits in which `other` is wrong.

        Where the original cares, it must have one value, that of `spec`; elsewhere that value or,
        if it is a table, any.
        """
        for k, care in enumerate(self.care):
            vague = spec.open[k] | other.open[k]
            wrong = ((spec.seen[k] ^ other.seen[k]) & ~vague) | (vague & care)
            if wrong:
                yield k, wrong

    def against_original(self, other: Member) -> list[tuple[int, int]]:
        """The same for the original and another: elsewhere it may have any value."""
        found = self.differs(self.original(), other)
        return [(k, wrong & self.care[k]) for k, wrong in found if wrong & self.care[k]]

    def rows(self, wrong: Iterable[tuple[int, int]]) -> tuple[str, ...]:
        """Rows of the original in which vectors show something wrong."""
        found: set[str] = set()
        for k, bits in wrong:
            row_of, at = self._rows[k], 0
            for f in self.at.result:
                if bits >> at & ((1 << f.width) - 1) and f.name in row_of:
                    found.add(row_of[f.name])
                at += f.width
        return tuple(sorted(found))


def _left_open(machine: Machine, name: str, values: Mapping[str, int]) -> bool:
    if name not in machine.drivers:
        return False
    table, position = machine.drivers[name]
    row = first_match(table, values)
    return row is None or row.targets[position] == ANY


def _run(command: Sequence[str], folder: Path) -> None:
    try:
        done = subprocess.run(
            command, cwd=folder, timeout=SECONDS, capture_output=True, text=True, check=False
        )
    except subprocess.TimeoutExpired:
        raise RefusedByIcarus(f"{command[0]} must end within {SECONDS} seconds") from None
    if done.returncode:
        raise RefusedByIcarus(f"{command[0]} must take HDL, and says: {done.stderr[-200:]}")
