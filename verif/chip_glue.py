"""The ports of the top module `mesh`, as the architecture has them, and what follows from them.

The mesh is wrapped in a harness that registers its inputs. Otherwise Verilator computes all logic
that an input reaches, and the reset reaches all there is, three times a clock cycle: when the
inputs change, when the clock rises, and once more after that.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from spikewright.golden.architecture import Architecture
from spikewright.golden.network import SIDES

from .ports import Port, cpp_name, cpp_type, load_statement

__all__ = ["HARNESS", "edge_positions", "glue", "harness", "mesh_ports", "payload_bits"]

HARNESS = "mesh_harness"
"""Name of the wrapper, whose ports have the names of the mesh's."""

_COUNTER_BITS = 16
_SPACE_BITS = 3


def edge_positions(architecture: Architecture, sides: Sequence[str]) -> list[tuple[str, int]]:
    """Return the edge ports (side, position) of the given sides, in the order of `SIDES`."""
    lengths = {
        "west": architecture.height,
        "east": architecture.height,
        "north": architecture.width,
        "south": architecture.width,
    }
    return [(side, at) for side in SIDES if side in sides for at in range(lengths[side])]


def payload_bits(architecture: Architecture) -> int:
    """Return the width of a packet at an edge: dx, dy, slot, axon from the least bit up."""
    return 2 * architecture.offset_bits + architecture.slot_bits + architecture.axon_bits


def mesh_ports(
    architecture: Architecture, attached: Sequence[str], data_bits: int
) -> dict[str, Port]:
    """Return every port that `mesh` must have.

    Parameters
    ----------
    architecture : Architecture
    attached : sequence of str
        Sides with streams; the others have counters of dropped packets.
    data_bits : int
        Width of the configuration's data, which the layout of a neuron's row decides.
    """
    return dict(_ports(architecture, attached, data_bits))


def _ports(
    architecture: Architecture, attached: Sequence[str], data_bits: int
) -> Iterator[tuple[str, Port]]:
    for name in ("clk", "rst", "start", "config__enable"):
        yield name, Port("input", 1)
    yield from _config_fields(architecture, data_bits)
    yield "slot", Port("input", architecture.slot_bits)
    yield "busy", Port("output", 1)
    yield "quiescent", Port("output", 1)
    yield "unsettled", Port("output", 1)
    for side, at in edge_positions(architecture, attached):
        yield f"{side}_in_{at}__valid", Port("input", 1)
        yield f"{side}_in_{at}__payload", Port("input", payload_bits(architecture))
        yield f"{side}_in_{at}__ready", Port("output", 1)
        yield f"{side}_out_{at}__valid", Port("output", 1)
        yield f"{side}_out_{at}__payload", Port("output", payload_bits(architecture))
        yield f"{side}_out_{at}__ready", Port("input", 1)
    for side, at in edge_positions(architecture, _others(attached)):
        yield f"off_mesh_{side}_{at}", Port("output", _COUNTER_BITS)
    for core in range(architecture.cores):
        yield f"trace_{core}__valid", Port("output", 1)
        yield f"trace_{core}__neuron", Port("output", architecture.neuron_bits)
        yield f"trace_{core}__potential", Port("output", architecture.potential_bits, True)
        yield f"trace_{core}__spike", Port("output", 1)
        for counter in ("late", "overrun", "refused"):
            yield f"{counter}_{core}", Port("output", _COUNTER_BITS)


def _others(attached: Sequence[str]) -> list[str]:
    return [side for side in SIDES if side not in attached]


def _config_fields(architecture: Architecture, data_bits: int) -> Iterator[tuple[str, Port]]:
    """The fields of one configuration write, in the order in which a row of words holds them."""
    address_bits = max(architecture.axon_bits, architecture.neuron_bits)
    core_bits = max(1, (architecture.cores - 1).bit_length())
    yield "config__space", Port("input", _SPACE_BITS)
    yield "config__core", Port("input", core_bits)
    yield "config__address", Port("input", address_bits)
    yield "config__data", Port("input", data_bits)


def harness(ports: Mapping[str, Port], others: Mapping[str, Port] | None = None) -> str:
    """Return the Verilog of the wrapper.

    Parameters
    ----------
    ports : dict
        Ports of `mesh`; the clock ``clk`` is the one input that is not registered.
    others : dict
        Further ports of `mesh`: outputs stay open, and inputs are 0.
    """
    declared: list[str] = []
    registers: list[str] = []
    connections = [
        f".{name}({port.width}'d0)" if port.direction == "input" else f".{name}()"
        for name, port in (others or {}).items()
    ]
    for name, port in ports.items():
        bits = f"[{port.width - 1}:0] " if port.width > 1 else ""
        declared.append(f"{port.direction} {bits}{name}")
        if port.direction == "output" or name == "clk":
            connections.append(f".{name}({name})")
        else:
            registers.append(f"  reg {bits}{name}_r = 0; always @(posedge clk) {name}_r <= {name};")
            connections.append(f".{name}({name}_r)")
    return "\n".join(
        [
            f"module {HARNESS}(",
            "  " + ",\n  ".join(declared),
            ");",
            *registers,
            "  mesh mesh(",
            "    " + ",\n    ".join(connections),
            "  );",
            "endmodule\n",
        ]
    )


def glue(architecture: Architecture, attached: Sequence[str], data_bits: int) -> str:
    """Return ``glue.h`` for ``chip_driver.cpp``: sizes, pointers to the pins, configuration."""
    edges = edge_positions(architecture, attached)
    dropped = edge_positions(architecture, _others(attached))
    fields = dict(_config_fields(architecture, data_bits))
    constants = {
        "CORES": architecture.cores,
        "NEURONS": architecture.neurons,
        "SLOTS": architecture.delay_slots,
        "POTENTIAL_BITS": architecture.potential_bits,
        "IN_PORTS": len(edges),
        "OUT_PORTS": len(edges),
        "OFF_MESH_PORTS": len(dropped),
        "CONFIG_WORDS": sum(port.words for port in fields.values()),
    }
    payload = cpp_type(payload_bits(architecture))
    pins = [
        *_edge_pins(edges, "in", payload),
        *_edge_pins(edges, "out", payload),
        _pin("CData", "trace_valid", [f"trace_{c}__valid" for c in range(architecture.cores)]),
        _pin("CData", "trace_spike", [f"trace_{c}__spike" for c in range(architecture.cores)]),
        _pin(
            cpp_type(architecture.neuron_bits),
            "trace_neuron",
            [f"trace_{c}__neuron" for c in range(architecture.cores)],
        ),
        _pin(
            cpp_type(architecture.potential_bits),
            "trace_potential",
            [f"trace_{c}__potential" for c in range(architecture.cores)],
        ),
        _pin("SData", "off_mesh", [f"off_mesh_{side}_{at}" for side, at in dropped]),
    ]
    for counter in ("late", "overrun", "refused"):
        names = [f"{counter}_{c}" for c in range(architecture.cores)]
        pins.append(_pin("SData", counter, names))
    lines = [
        "// Generated from the architecture: sizes and pins of the mesh.",
        "#include <cstdint>",
        "#include <vector>",
        '#include "Vtop.h"',
        *[f"constexpr int64_t {name} = {value};" for name, value in constants.items()],
        "struct Pins {",
        "    CData* config_enable;",
        *[f"    std::vector<{kind}*> {name};" for kind, name, _ in pins],
        "};",
        "inline void bind(Vtop& top, Pins& pins) {",
        f"    pins.config_enable = &top.{cpp_name('config__enable')};",
        *[
            f"    pins.{name}.push_back(&top.{cpp_name(port)});"
            for _, name, ports in pins
            for port in ports
        ],
        "}",
        "inline void load_config(Vtop& top, const uint32_t* words) {",
        *_loads(fields),
        "}",
    ]
    return "\n".join(lines) + "\n"


def _pin(kind: str, name: str, ports: list[str]) -> tuple[str, str, list[str]]:
    return kind, name, ports


def _edge_pins(
    edges: Sequence[tuple[str, int]], way: str, payload: str
) -> Iterator[tuple[str, str, list[str]]]:
    for part, kind in (("valid", "CData"), ("payload", payload), ("ready", "CData")):
        yield kind, f"{way}_{part}", [f"{side}_{way}_{at}__{part}" for side, at in edges]


def _loads(fields: dict[str, Port]) -> Iterator[str]:
    offset = 0
    for name, port in fields.items():
        yield "    " + load_statement(name, port, f"words + {offset}")
        offset += port.words
