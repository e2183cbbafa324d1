"""Modules with their registers cut open, and a bench in Icarus for many of them at once.

A register becomes an input ``now__NAME`` and an output ``next__NAME``, so that a vector can put it
into any state and see what follows, with no clock.
"""

from __future__ import annotations

import re
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from spikewright.lct.ir import Unit

from .mutant_truth_vectors import Layout, port_name

__all__ = ["Cut", "RefusedByIcarus", "cut", "simulate"]

_PORT = re.compile(r"^  (input|output) (?:signed )?(?:\[(\d+):0\] )?(\w+) ?;", re.MULTILINE)
_HEAD = re.compile(r"^module (\w+)\(([^)]*)\);", re.MULTILINE)
SECONDS = 600


class RefusedByIcarus(RuntimeError):
    """A source that Icarus does not take, or with which it comes to no end."""


@dataclass(frozen=True)
class Cut:
    """A module without registers.

    Attributes
    ----------
    trouble : str
        What its ports or registers have otherwise than the table; `text` is then of no use.
    ports : frozenset of str
    """

    text: str
    trouble: str
    ports: frozenset[str]


def cut(text: str, unit: Unit, name: str) -> Cut:
    """Cut a module of readable Verilog open at the registers of its table."""
    # Names that are keywords are written so; `Field.port` knows them.
    text = re.sub(r"\\(\w+) ", r"\1_ ", text)
    head = _HEAD.search(text)
    assert head is not None, "a module has a head"
    ports = {found[3]: (found[1], int(found[2] or 0) + 1) for found in _PORT.finditer(text)}
    for symbol in (*unit.by_role("input"), *unit.by_role("output")):
        if ports.get(port_name(symbol.name)) != (symbol.role, symbol.type.width):
            return Cut("", f"port {symbol.name}", frozenset())
    more, declared = [], []
    for symbol in unit.by_role("register"):
        storage = _storage(text, symbol.name)
        if storage is None:
            return Cut("", f"register {symbol.name}", frozenset())
        width = symbol.type.width
        bits = rf"\[{width - 1}:0\] " if width > 1 else ""
        reg = rf"^  reg ((?:signed )?{bits}{storage}) ?;"
        if not re.search(reg, text, re.MULTILINE):
            return Cut("", f"register {symbol.name}", frozenset())
        text = re.sub(reg, r"  wire \1;", text, flags=re.MULTILINE)
        text = re.sub(
            rf"^  always @\(posedge clk\)\n    {storage} <= (.*);\n",
            rf"  assign next__{symbol.name} = \1;\n  assign {storage} = now__{symbol.name};\n",
            text,
            flags=re.MULTILINE,
        )
        more += [f"now__{symbol.name}", f"next__{symbol.name}"]
        declared.append(f"  input [{width - 1}:0] now__{symbol.name};\n")
        declared.append(f"  output [{width - 1}:0] next__{symbol.name};\n")
    if "@(posedge" in text:
        return Cut("", "a register that the table lacks", frozenset())
    names = [n for n in [*(p.strip() for p in head[2].split(",")), *more] if n]
    new = f"module {name}({', '.join(names)});\n{''.join(declared)}"
    return Cut(text.replace(head[0] + "\n", new), "", frozenset(names))


def _storage(text: str, name: str) -> str | None:
    """The clocked variable that a register's name stands for."""
    clocked = set(re.findall(r"^  always @\(posedge clk\)\n    (\w+) <=", text, re.MULTILINE))
    alias = re.search(rf"^  assign {name} = (\w+);$", text, re.MULTILINE)
    for candidate in (name, alias[1] if alias else ""):
        if candidate in clocked:
            return candidate
    return None


def simulate(
    modules: Mapping[str, Cut], at: Layout, vectors: Sequence[int], seconds: float = SECONDS
) -> dict[str, int | None]:
    """Number of the first vector that tells a module from its table, None where none does.

    Parameters
    ----------
    modules : mapping of str to Cut
        By the names of the modules.

    Raises
    ------
    RefusedByIcarus
        A module, or the bench, came to no result.
    """
    names = list(modules)
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        digits = -(-at.width // 4)
        lines = "".join(f"{v:0{digits}x}\n" for v in vectors)
        (folder / "vectors.hex").write_text(lines, encoding="utf-8")
        text = "\n".join(m.text for m in modules.values()) + _bench(modules, at, len(vectors))
        (folder / "bench.v").write_text(text, encoding="utf-8")
        _run(["iverilog", "-g2012", "-s", "bench", "-o", "bench.vvp", "bench.v"], folder, seconds)
        _run(["vvp", "-n", "bench.vvp"], folder, seconds)
        verdicts: dict[str, int | None] = dict.fromkeys(names)
        found = (folder / "verdicts.txt").read_text(encoding="utf-8").split("\n")
        if found[-2:] != ["done", ""]:
            raise RefusedByIcarus("The bench must come to its end, and did not")
        for line in found[:-2]:
            number, vector = line.split()
            verdicts[names[int(number)]] = int(vector)
    return verdicts


def _run(command: Sequence[str], folder: Path, seconds: float) -> None:
    try:
        done = subprocess.run(
            command, cwd=folder, timeout=seconds, capture_output=True, text=True, check=False
        )
    except subprocess.TimeoutExpired:
        message = f"{command[0]} must end within {seconds:g} seconds, and did not"
        raise RefusedByIcarus(message) from None
    if done.returncode:
        reason = next((t for t in done.stderr.splitlines() if "error" in t), done.stderr[-200:])
        raise RefusedByIcarus(f"{command[0]} must take a mutant, and says: {reason}")


def _bench(modules: Mapping[str, Cut], at: Layout, count: int) -> str:
    """One process that gives every module each vector until it has failed one."""
    stimulus = sum(f.width for f in at.stimulus)
    result = sum(f.width for f in at.result)
    declared, put, held = [], [], []
    for k, (name, module) in enumerate(modules.items()):
        ports = []
        for fields, wire, low in ((at.stimulus, "s", 0), (at.result, "r", stimulus)):
            for f in fields:
                if f.port in module.ports:
                    where = f"{f.low - low + f.width - 1}:{f.low - low}"
                    ports.append(f".{f.port}({wire}{k}[{where}])")
        declared.append(
            f"  reg dead{k} = 0;\n  reg [{stimulus - 1}:0] s{k};\n"
            f"  wire [{result - 1}:0] r{k};\n  {name} u{k}({', '.join(ports)});\n"
        )
        put.append(f"      if (!dead{k}) s{k} = v[{stimulus - 1}:0];\n")
        held.append(
            f"      if (!dead{k} && ((r{k} ^ expected) & care) !== 0) begin\n"
            f'        dead{k} = 1; alive = alive - 1; $fdisplay(file, "{k} %0d", i);\n      end\n'
        )
    last = stimulus + result
    return (
        "\n`timescale 1ns/1ns\nmodule bench;\n"
        f"  reg [{at.width - 1}:0] memory [0:{count - 1}];\n  reg [{at.width - 1}:0] v;\n"
        f"  reg [{result - 1}:0] expected, care;\n"
        f"  integer i, file, alive = {len(modules)};\n{''.join(declared)}  initial begin\n"
        '    $readmemh("vectors.hex", memory);\n    file = $fopen("verdicts.txt");\n'
        f"    for (i = 0; i < {count} && alive > 0; i = i + 1) begin\n      v = memory[i];\n"
        f"      expected = v[{last - 1}:{stimulus}];\n      care = v[{last + result - 1}:{last}];\n"
        f"{''.join(put)}      #1;\n{''.join(held)}    end\n"
        '    $fdisplay(file, "done");\n    $fclose(file);\n    $finish;\n  end\nendmodule\n'
    )
