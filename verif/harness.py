"""Wrappers that register the inputs of a module, because of how Verilator computes.

It takes any input to change at any time, and so computes all logic that an input reaches, and the
reset reaches all there is, whenever it is called, beside what a clock edge calls for.
"""

from __future__ import annotations

from collections.abc import Mapping

from .ports import Port

__all__ = ["registered"]


def registered(
    name: str,
    module: str,
    ports: Mapping[str, Port],
    *,
    clock: str = "clk",
    others: Mapping[str, Port] | None = None,
    arrays: Mapping[str, tuple[Port, int]] | None = None,
) -> str:
    """Return the Verilog of a wrapper whose ports have the names of the module's.

    Parameters
    ----------
    name, module : str
        Of the wrapper, and of what is in it.
    ports : dict
        The clock ``clk`` is the one input that is not registered.
    clock : str
        What registers the inputs as it rises; if it is not ``clk`` it is a further input.
    others : dict
        Further ports of the module: outputs stay open, and inputs are 0.
    arrays : dict
        Further ports of the module that are not registered, and how many entries each has as an
        array; 0: it is none.
    """
    declared = [] if clock in ports else [f"input {clock}"]
    registers: list[str] = []
    connections = [
        f".{port}({shape.width}'d0)" if shape.direction == "input" else f".{port}()"
        for port, shape in (others or {}).items()
    ]
    for port, (shape, count) in (arrays or {}).items():
        entries = f" [0:{count - 1}]" if count else ""
        declared.append(f"{shape.direction} [{shape.width - 1}:0] {port}{entries}")
        connections.append(f".{port}({port})")
    for port, shape in ports.items():
        bits = f"[{shape.width - 1}:0] " if shape.width > 1 else ""
        declared.append(f"{shape.direction} {bits}{port}")
        if shape.direction == "output" or port == "clk":
            connections.append(f".{port}({port})")
        else:
            taken = f"always @(posedge {clock}) {port}_r <= {port};"
            registers.append(f"  reg {bits}{port}_r = 0; {taken}")
            connections.append(f".{port}({port}_r)")
    return "\n".join(
        [
            f"module {name}(",
            "  " + ",\n  ".join(declared),
            ");",
            *registers,
            f"  {module} {module}(",
            "    " + ",\n    ".join(connections),
            "  );",
            "endmodule\n",
        ]
    )
