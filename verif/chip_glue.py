"""The ports of the top module `mesh`, as the architecture has them, and what follows from them.

The mesh is wrapped in a harness that registers its inputs. Otherwise Verilator computes all logic
that an input reaches, and the reset reaches all there is, three times a clock cycle: when the
inputs change, when the clock rises, and once more after that.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from spikewright.golden.architecture import Architecture
from spikewright.golden.network import SIDES

from .harness import registered
from .mesh_wires import Hollow
from .ports import Port, cpp_name, cpp_type, load_statement
from .tile_block import tile_glue

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


def harness(
    ports: Mapping[str, Port],
    others: Mapping[str, Port] | None = None,
    arrays: Mapping[str, tuple[Port, int]] | None = None,
) -> str:
    """Return the Verilog of the wrapper; see `registered`.

    Parameters
    ----------
    ports : dict
        Ports of `mesh` that the driver touches.
    others : dict
        Further ports of `mesh`: outputs stay open, and inputs are 0.
    arrays : dict
        Arrays of ports of `mesh`, which pass.
    """
    return registered(HARNESS, "mesh", ports, others=others, arrays=arrays)


def glue(
    architecture: Architecture,
    attached: Sequence[str],
    data_bits: int,
    tile: tuple[Mapping[str, Port], Hollow] | None = None,
) -> str:
    """Return ``glue.h`` for ``chip_driver.cpp``: sizes, pointers to the pins, configuration.

    Parameters
    ----------
    architecture : Architecture
    attached : sequence of str
    data_bits : int
        See `mesh_ports`.
    tile : tuple, optional
        Ports of the tile, and the mesh without it, where it is a library of its own: see
        `tile_block`.
    """
    edges = edge_positions(architecture, attached)
    dropped = edge_positions(architecture, _others(attached))
    fields = dict(_config_fields(architecture, data_bits))
    constants = {
        "CORES": architecture.cores,
        "WIDTH": architecture.width,
        "NEURONS": architecture.neurons,
        "SLOTS": architecture.delay_slots,
        "POTENTIAL_BITS": architecture.potential_bits,
        "IN_PORTS": len(edges),
        "OUT_PORTS": len(edges),
        "OFF_MESH_PORTS": len(dropped),
        "CONFIG_WORDS": sum(port.words for port in fields.values()),
        # The second field, after one of one word.
        "CONFIG_CORE": fields["config__space"].words,
    }
    payload = cpp_type(payload_bits(architecture))
    pins = [
        *_edge_pins(edges, "in", payload),
        *_edge_pins(edges, "out", payload),
        _pin("SData", "off_mesh", [f"off_mesh_{side}_{at}" for side, at in dropped]),
    ]
    at_tiles = []
    if tile is None:
        pins += _core_pins(architecture)
    else:
        at_tiles = _core_pins(architecture)
    lines = [
        "// Generated from the architecture: sizes and pins of the mesh.",
        "#include <cstdint>",
        "#include <vector>",
        '#include "Vtop.h"',
        *[f"constexpr int64_t {name} = {value};" for name, value in constants.items()],
        *([] if tile is None else tile_glue(*tile, fields)),
        '#include "chip_tiles.h"',
        "struct Pins {",
        "    CData* config_enable;",
        *[f"    std::vector<{kind}*> {name};" for kind, name, _ in [*pins, *at_tiles]],
        "};",
        f"inline void bind(Vtop& top, {'' if tile is None else 'Tiles& tiles, '}Pins& pins) {{",
        f"    pins.config_enable = &top.{cpp_name('config__enable')};",
        *[
            f"    pins.{name}.push_back(&top.{cpp_name(port)});"
            for _, name, ports in pins
            for port in ports
        ],
        *[
            f"    for (int64_t c = 0; c < CORES; ++c) pins.{name}.push_back(tiles[c].pins.{name});"
            for _, name, _ in at_tiles
        ],
        "}",
        "inline void load_config(Vtop& top, const uint32_t* words) {",
        *_loads(fields),
        "}",
    ]
    return "\n".join(lines) + "\n"


def _core_pins(architecture: Architecture) -> list[tuple[str, str, list[str]]]:
    """What each core shows: one pin a core, in the order of the cores."""
    kinds = {
        "trace_{}__valid": "CData",
        "trace_{}__spike": "CData",
        "trace_{}__neuron": cpp_type(architecture.neuron_bits),
        "trace_{}__potential": cpp_type(architecture.potential_bits),
        "late_{}": "SData",
        "overrun_{}": "SData",
        "refused_{}": "SData",
    }
    return [
        (
            kind,
            name.replace("_{}", "").replace("__", "_"),
            [name.format(c) for c in range(architecture.cores)],
        )
        for name, kind in kinds.items()
    ]


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
