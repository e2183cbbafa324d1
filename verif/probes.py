"""A module with its small registers brought out, to see which states a run comes through."""

from __future__ import annotations

import re
from collections.abc import Iterator

from .design import Design
from .ports import Port, parse_ports

__all__ = ["PROBED", "probed", "small_registers", "without_reset"]

PROBED = "probed"
"""Name of the module around the one that is looked into."""

# Small, but no state: the type of the axon that a memory was last asked for, whose rows outlast a
# reset. Nobody looks at it unless `full` is set.
_DATA = ("count.step_type",)

_MODULE = re.compile(r"^module (\\\S+|\w+) ?\(.*?^endmodule", re.MULTILINE | re.DOTALL)
_INSTANCE = re.compile(r"^  (\\\S+|\w+)\s+(\w+) \($", re.MULTILINE)
_REGISTER = re.compile(r"^  reg (?:\[(\d+):0\] )?([A-Za-z]\w*) = \d+'", re.MULTILINE)


def small_registers(verilog: str, top: str, *, bits: int = 3) -> dict[str, int]:
    """Return the hierarchical names of registers in Verilog that Amaranth wrote.

    Parameters
    ----------
    verilog : str
    top : str
    bits : int
        Only those of at most so many bits: states, levels, turns and flags.

    Returns
    -------
    dict
        Bits of each.
    """
    modules = {match[1].lstrip("\\"): match[0] for match in _MODULE.finditer(verilog)}
    found = dict(_below(modules, top, ""))
    return {name: w for name, w in found.items() if w <= bits and not name.endswith(_DATA)}


def _below(modules: dict[str, str], module: str, path: str) -> Iterator[tuple[str, int]]:
    text = modules[module]
    for high, name in _REGISTER.findall(text):
        yield f"{path}{name}", int(high or 0) + 1
    for kind, instance in _INSTANCE.findall(text):
        yield from _below(modules, kind.lstrip("\\"), f"{path}{instance}.")


def probed(design: Design, *, bits: int = 3) -> tuple[Design, dict[str, str]]:
    """Return a module `PROBED` around a design that shows its small registers as outputs.

    Returns
    -------
    Design
    dict
        Hierarchical name of the register that each further output shows.
    """
    verilog = "\n".join(design.sources.values())
    registers = small_registers(verilog, design.top, bits=bits)
    ports = parse_ports(verilog, design.top)
    shown = {f"probe_{number}": name for number, name in enumerate(registers)}
    outer = ports | {probe: Port("output", registers[name]) for probe, name in shown.items()}
    heads = ",\n".join(
        f"  {port.direction} wire [{port.width - 1}:0] {name}" for name, port in outer.items()
    )
    pins = ", ".join(f".{name}({name})" for name in ports)
    taps = "".join(f"  assign {probe} = dut.{name};\n" for probe, name in shown.items())
    text = f"module {PROBED} (\n{heads}\n);\n  {design.top} dut ({pins});\n{taps}endmodule\n"
    return Design(PROBED, {**design.sources, f"{PROBED}.v": text}), shown


def without_reset(verilog: str, module: str, register: str) -> str:
    """Return Verilog in which a register has no reset: a fault to plant.

    Raises
    ------
    ValueError
        Where there is no such register with a reset.
    """
    for match in _MODULE.finditer(verilog):
        if match[1].lstrip("\\") != module:
            continue
        stored = re.search(rf"^    {register} <= (\\\$\d+) ;", match[0], re.MULTILINE)
        if stored:
            pattern = rf"    if \(rst\) begin\n      {re.escape(stored[1])}  = [^;]*;\n    end\n"
            text, count = re.subn(pattern, "", match[0])
            if count == 1:
                return verilog[: match.start()] + text + verilog[match.end() :]
    raise ValueError(f"{module} must have a register {register} with a reset, and has none")
