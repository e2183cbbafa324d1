"""Steps on real HDL in a simulator: set inputs, place values into registers, wait, read.

What the HDL prints cannot be taken for a result: results go to a file of their own, each line
begins with a random word that the HDL does not know, and a file that does not hold exactly the
lines that were asked for is no result at all. HDL that opens or reads files is not run.
"""

from __future__ import annotations

import re
import resource
import secrets
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from spikewright.lct.front.design import Design

from .design import Design as Sources
from .design import Options
from .errors import ToolError
from .toolchain import require_icarus
from .verilation import Verilation

__all__ = ["Step", "run_steps"]

_SECONDS = 20
_MEMORY = 2 << 30
_FILE = 64 << 20
_FORBIDDEN = re.compile(
    r"\$(?:system|fopen|fopena|fopenw|fopenr|fread|fgetc|fgets|fscanf|ungetc|fseek|rewind|readmem[bh]"
    r"|sreadmem[bh]|dump\w*|value\$plusargs|test\$plusargs|monitor|c)\b|\bimport\s*\"DPI"
)


@dataclass(frozen=True)
class Step:
    """One step.

    Attributes
    ----------
    kind : {"set", "place", "read"}
        Drive an input, put a value into a register or wire inside, or note a value. Time passes
        after steps of ``wait`` only.
    value : int or None
        None is undefined, and random in Verilator.
    name : str
        A port, or a name inside with the dots of the instances around it.
    """

    kind: Literal["set", "place", "wait", "read"]
    name: str = ""
    width: int = 0
    value: int | None = 0


def run_steps(design: Design, steps: Sequence[Step]) -> tuple[list[str], str]:
    """Run steps on the source that a design came from.

    Returns
    -------
    list of str
        What each ``read`` saw: bits, highest first, of ``0``, ``1``, ``x`` and ``z``.
    str
        ``icarus`` or ``verilator``.

    Raises
    ------
    ToolError
        No simulator takes the source, or the run did not end as it must.
    """
    for text in design.verilog:
        found = _FORBIDDEN.search(text)
        if found:
            raise ToolError(f"HDL that is simulated must leave files alone, not use {found[0]}")
    with tempfile.TemporaryDirectory() as folder:
        refused = _icarus(design, steps, Path(folder))
        if isinstance(refused, list):
            return refused, "icarus"
    try:
        return _verilator(design, steps), "verilator"
    except ToolError as error:
        raise ToolError(f"{error}; Icarus says: {refused}") from error


# ---- Icarus


def _path(design: Design, name: str) -> str:
    """A hierarchical name as Verilog: pieces that are no plain names are escaped.

    A field of a struct, which tools name with a dot, is one escaped name.
    """
    pieces = name.split(".")
    for end in range(1, len(pieces)):
        if ".".join(pieces[:end]) in design.netlist.nets:
            pieces[end - 1 :] = [".".join(pieces[end - 1 :])]
            break
    plain = re.compile(r"[A-Za-z_][\w$]*(?:\[\d+\])*")
    return ".".join(p if plain.fullmatch(p) else f"\\{p} " for p in pieces)


def _bench(design: Design, steps: Sequence[Step], module: str, word: str, file: str) -> str:
    inputs = dict(design.inputs)
    inputs |= dict.fromkeys((n for n in (design.clock, design.reset) if n is not None), 1)
    lines = ["`timescale 1ns/1ps", f"module {module};"]
    lines += [f"  reg [{w - 1}:0] \\{n} ;" for n, w in inputs.items()]
    ports = ", ".join(f".\\{n} (\\{n} )" for n in inputs)
    given = ", ".join(f".{n}({v})" for n, v in design.parameters.items())
    head = f"  \\{design.name} #({given}) dut" if given else f"  \\{design.name}  dut"
    lines += [f"{head}({ports});", "  integer result;", "  initial begin"]
    lines.append(f'    result = $fopen("{file}", "w");')
    reads, forced = 0, list[str]()
    for step in steps:
        number = "x" if step.value is None else f"{step.value:x}"
        value, path = f"{step.width}'h{number}", f"dut.{_path(design, step.name)}"
        if step.kind == "set":
            lines.append(f"    \\{step.name} = {value};")
        elif step.kind == "wait":
            lines += ["    #5;", *(f"    release {path};" for path in forced), "    #5;"]
            forced.clear()
        elif step.kind == "read":
            lines.append(f'    $fdisplay(result, "{word} {reads} %b", {path});')
            reads += 1
        elif step.name.endswith("]"):
            lines.append(f"    {path} = {value};")
        else:
            # A variable keeps what was forced. $deposit loses bits above 64, and undefined ones.
            lines.append(f"    force {path} = {value};")
            forced.append(path)
    return "\n".join([*lines, "    $fclose(result);", "    $finish;", "  end", "endmodule", ""])


def _icarus(design: Design, steps: Sequence[Step], folder: Path) -> list[str] | str:
    """Values, or why Icarus does not take the source."""
    require_icarus()
    word, module, file = (f"w{secrets.token_hex(16)}" for _ in range(3))
    (folder / f"{module}.v").write_text(_bench(design, steps, module, word, file))
    names = [f"source{i}.sv" for i in range(len(design.verilog))]
    for name, text in zip(names, design.verilog, strict=True):
        (folder / name).write_text(text)
    program = folder / f"{module}.vvp"
    command = ["iverilog", "-g2012", "-o", program.name, "-s", module, f"{module}.v", *names]
    try:
        done = _limited(command, folder)
        if done.returncode or not program.is_file():
            lines = [line for line in done.stderr.splitlines() if line.strip()]
            return next((x for x in lines if "error" in x), (lines or ["nothing"])[0])
        if program.read_text(errors="replace").count('"$fopen') != 1:
            raise ToolError("HDL that is simulated must leave files alone, not open one")
        _limited(["vvp", "-n", program.name], folder)
    except subprocess.TimeoutExpired:
        raise ToolError(f"A replay must end within {_SECONDS} s, not run on") from None
    return _results(folder / file, word, sum(s.kind == "read" for s in steps))


def _limited(command: Sequence[str], folder: Path) -> subprocess.CompletedProcess[str]:
    """Run a tool with limits on time, memory and files; what it prints is never a result."""
    with subprocess.Popen(
        command,
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        errors="replace",
        start_new_session=True,
    ) as process:
        limits = {
            resource.RLIMIT_CPU: _SECONDS,
            resource.RLIMIT_AS: _MEMORY,
            resource.RLIMIT_FSIZE: _FILE,
        }
        for limit, most in limits.items():
            try:
                resource.prlimit(process.pid, limit, (most, most))
            except ProcessLookupError:
                break
        try:
            _, said = process.communicate(timeout=_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            raise
    return subprocess.CompletedProcess(list(command), process.returncode, "", said)


def _results(file: Path, word: str, count: int) -> list[str]:
    text = file.read_text(errors="replace") if file.is_file() else ""
    values = []
    for i, line in enumerate(text.splitlines()):
        found = re.fullmatch(rf"{word} {i} ([01xz]+)", line)
        if found is None:
            break
        values.append(found[1])
    if len(values) != count or len(text.splitlines()) != count:
        raise ToolError(
            f"A replay must leave {count} results and nothing else, "
            f"not {len(text.splitlines())} lines of which {len(values)} are its own"
        )
    return values


# ---- Verilator


_DRIVER = """\
#include "Vtop.h"
#include "verilated.h"
#include "verilated_vpi.h"
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
static vpiHandle find(const char* name) {
    vpiHandle handle = vpi_handle_by_name(const_cast<PLI_BYTE8*>(name), nullptr);
    if (!handle) { std::_Exit(3); }
    return handle;
}
template <typename Port> static void drive(Port& port, const char* bits) {
    port = std::strtoull(bits, nullptr, 2);
}
template <std::size_t words> static void drive(VlWide<words>& port, const char* bits) {
    for (std::size_t i = 0; i < words; ++i) { port[i] = 0; }
    const std::size_t width = std::strlen(bits);
    for (std::size_t i = 0; i < width; ++i) {
        if (bits[width - 1 - i] == '1') { port[i / 32] |= 1u << (i % 32); }
    }
}
static void set(Vtop& top, const std::string& name, const char* bits) {
@PORTS@    std::_Exit(4);
}
int main() {
    const std::string word = "@WORD@";
    VerilatedContext context;
    Vtop top{&context, "TOP"};
    FILE* out = std::fopen("@FILE@", "w");
    FILE* in = std::fopen("@STEPS@", "r");
    static char kind[16], name[4096], bits[1 << 18];
    unsigned long time = 0, reads = 0;
    top.eval();
    while (std::fscanf(in, "%15s %4095s %262143s", kind, name, bits) == 3) {
        s_vpi_value value;
        value.format = vpiBinStrVal;
        if (!std::strcmp(kind, "wait")) {
            context.time(++time);
            top.eval();
        } else if (!std::strcmp(kind, "set")) {
            set(top, name, bits);
        } else if (!std::strcmp(kind, "read")) {
            vpi_get_value(find(name), &value);
            std::fprintf(out, "%s %lu %s\\n", word.c_str(), reads++, value.value.str);
        } else {
            value.value.str = bits;
            vpi_put_value(find(name), &value, nullptr, vpiNoDelay);
        }
    }
    std::fclose(out);
    std::_Exit(0);
}
"""


def _member(port: str) -> str:
    """A port as Verilator's C++ calls it."""
    return re.sub(r"__|[^\w]", lambda m: f"{m[0][:-1]}__0{ord(m[0][-1]):02X}", port)


def _verilator(design: Design, steps: Sequence[Step]) -> list[str]:
    """As Icarus; unknown bits do not exist here, they are random."""
    names = {f"source{i}.sv": text for i, text in enumerate(design.verilog)}
    with tempfile.TemporaryDirectory() as private:
        folder = Path(private)
        word, file, script = (f"w{secrets.token_hex(16)}" for _ in range(3))
        lines = []
        for step in steps:
            inside = step.kind in ("place", "read")
            name = f"TOP.{design.name}.{step.name}" if inside else step.name or "-"
            value = secrets.randbits(step.width) if step.value is None else step.value
            lines.append(f"{step.kind} {name} {value:0{max(step.width, 1)}b}")
        (folder / script).write_text("\n".join(lines) + "\n")
        ports = [*design.inputs, *(n for n in (design.clock, design.reset) if n is not None)]
        drive = '    if (name == "{}") {{ drive(top.{}, bits); return; }}\n'
        driver = _DRIVER.replace("@PORTS@", "".join(drive.format(n, _member(n)) for n in ports))
        driver = driver.replace("@WORD@", word).replace("@FILE@", file).replace("@STEPS@", script)
        given = tuple(f"-G{n}={v}" for n, v in design.parameters.items())
        options = Options(quick=True, extra=("--public-flat-rw", "-Wno-fatal", *given))
        built = Verilation(
            Sources(design.name, names),
            options,
            product="replay",
            files={"driver.cpp": driver},
            arguments=("--vpi",),
        )
        root = folder / "build"
        root.mkdir()
        program = built.build(root) / built.product
        try:
            _limited([str(program)], folder)
        except subprocess.TimeoutExpired:
            raise ToolError(f"A replay must end within {_SECONDS} s, not run on") from None
        return _results(folder / file, word, sum(s.kind == "read" for s in steps))
