"""The sources in which faults are planted, and what Icarus and yosys can read of them."""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

from spikewright.lct.compile import class_name, compile_unit
from spikewright.lct.ir import Unit
from spikewright.lct.library import Library

__all__ = ["amaranth_base", "component", "rtlil_text", "to_verilog", "verilog_base", "yosys"]

_RUN = """
import sys
from pyosys import libyosys
design = libyosys.Design()
for line in open(sys.argv[1], encoding="utf-8"):
    libyosys.run_pass(line.strip(), design)
"""

SECONDS = 900


def yosys(commands: Sequence[str], folder: Path, seconds: float = SECONDS) -> str:
    """Run passes of yosys in a process of their own; what it says at its end, empty if it is well.

    Parameters
    ----------
    folder : Path
        Where file names begin.
    """
    script = folder / "script.ys"
    script.write_text("\n".join(commands) + "\n", encoding="utf-8")
    try:
        done = subprocess.run(
            [sys.executable, "-c", _RUN, script.name],
            cwd=folder,
            timeout=seconds,
            capture_output=True,
            text=True,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return f"no answer within {seconds:g} seconds"
    lines = (done.stdout + done.stderr).strip().splitlines()
    return "" if done.returncode == 0 else (lines[-1] if lines else f"exit {done.returncode}")


@cache
def amaranth_base(name: str) -> str:
    """The Amaranth source of a unit, as the compiler writes it."""
    library = Library()
    return compile_unit(library.unit(name), library)


def component(source: str, unit: Unit) -> Any:
    """An object of a source's class, with the parameters that the unit has by default.

    The source is our own with one edit in it, never a stranger's.
    """
    from amaranth.hdl import Cat, Const, Mux

    module = ModuleType(f"spikewright_mutant_{unit.name}")
    # An edit may need one of these where the unit's own source does not import it.
    module.__dict__.update(Cat=Cat, Const=Const, Mux=Mux)
    exec(compile(source, f"{unit.name}.py", "exec", dont_inherit=True), module.__dict__)  # noqa: S102
    return getattr(module, class_name(unit.name))()


def rtlil_text(made: object, name: str) -> str:
    """A component as yosys' own language, which needs no tool."""
    from amaranth.back import rtlil

    return str(rtlil.convert(made, name=name, emit_src=False))


def to_verilog(texts: Mapping[str, str]) -> dict[str, str]:
    """Readable Verilog of modules in yosys' own language, by their names, all in one run."""
    commands = ["design -reset"]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for module, text in texts.items():
            (folder / f"{module}.il").write_text(text, encoding="utf-8")
            commands += [
                "design -reset",
                f"read_rtlil {module}.il",
                f"hierarchy -top {module}",
                "flatten -noscopeinfo",
                "proc -nomux -norom",
                "memory_collect",
                f"write_verilog -norename -noattr {module}.v",
            ]
        trouble = yosys(commands, folder)
        if trouble:
            raise RuntimeError(f"Yosys must write Verilog, and says: {trouble}")
        return {m: readable((folder / f"{m}.v").read_text(encoding="utf-8")) for m in texts}


@cache
def verilog_base(name: str) -> str:
    """The Verilog source of a unit."""
    unit = Library().unit(name)
    return to_verilog({name: rtlil_text(component(amaranth_base(name), unit), name)})[name]


_ESCAPED = re.compile(r"\\(\S+) ")
_TRIGGER = re.compile(r"^.*\\\$auto\$.*\n", re.MULTILINE)
_DECLARED = re.compile(r"^(  (?:output |input )?(?:reg|wire) .*?) = .*;$", re.MULTILINE)
_CLOCKED = re.compile(r"always @\(posedge clk\)\n    (\S+) <= (\S+?) ?;")
_ONE_BIT = re.compile(r"^  wire (t\d+) ;\n", re.MULTILINE)


def readable(text: str) -> str:
    """Verilog of yosys in plain words: no escaped names, `always_comb`, conditions in their place.

    Every step keeps what the module does; the benchmark holds each source against its table before
    it plants anything.
    """
    text = re.sub(r"/\*.*?\*/\n*", "", text, flags=re.DOTALL)
    text = re.sub(r"^ *\(\*.*\*\)\n", "", text, flags=re.MULTILINE)
    text = re.sub(r"\n, ", ", ", text)
    text = _TRIGGER.sub("", text)
    text = _DECLARED.sub(r"\1;", text)
    text = text.replace("always @* begin", "always_comb begin")
    text = _named(text)
    for register, following in _CLOCKED.findall(text):
        if re.fullmatch(r"t\d+", following):
            text = re.sub(rf"\b{following}\b ?", f"next_{register}", text)
    return _inlined(text)


def _named(text: str) -> str:
    """Escaped names as plain ones."""
    names: dict[str, str] = {}
    taken = set(re.findall(r"(?<![\\\w$'])[A-Za-z_]\w*", text))
    for name in dict.fromkeys(_ESCAPED.findall(text)):
        if re.fullmatch(r"[A-Za-z_]\w*", name):
            continue  # a keyword: the port must keep its name
        wanted = re.sub(r"\W+", "_", re.sub(r"^\$(?=\d+$)", "t", name)).strip("_")
        while wanted in taken:
            wanted += "_"
        taken.add(wanted)
        names[name] = wanted

    def plain(found: re.Match[str]) -> str:
        name = names.get(found[1])
        return found[0] if name is None else name + (" " if found[1].startswith("$") else "")

    return _ESCAPED.sub(plain, text)


def _inlined(text: str) -> str:
    """Single bits without a name that one condition or one other bit uses, in that place."""
    for name in _ONE_BIT.findall(text):
        found = re.search(rf"^  assign {name}  = (.*);\n", text, re.MULTILINE)
        uses = re.findall(rf"\b{name}\b", text)
        if found is None or len(uses) != 3:
            continue
        place = re.search(rf"^(.*)\b{name}\b ?(.*)$", text.replace(found[0], ""), re.MULTILINE)
        rest = text.replace(found[0], "").replace(f"  wire {name} ;\n", "")
        lines = [line for line in rest.splitlines() if re.search(rf"\b{name}\b", line)]
        if place is None or len(lines) != 1:
            continue
        (line,) = lines
        bits = re.fullmatch(r"  assign (t\d+)  = [\w ~&|^()]*;", line)
        if bits and f"  wire {bits[1]} ;\n" in rest:
            # A name in the text may have a backslash, which a pattern's replacement takes amiss.
            value = found[1].replace("\\", r"\\")
            text = rest.replace(line, re.sub(rf"\b{name}\b ?", rf"({value}) ", line))
        elif re.search(rf"\bif \({name} \) begin$", line):
            text = rest.replace(line, line.replace(f"({name} )", f"({found[1]})"))
    return text
