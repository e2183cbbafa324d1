"""What the core that integrates a whole neuron a cycle has beside its tables.

Hand-written: it is storage, and a structure whose number of parts, the axon types, is a parameter.
"""

from __future__ import annotations

from typing import Any

from amaranth.hdl import Const, Module, Mux, Signal, Value, signed
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from spikewright.hdl.generated import chip
from spikewright.hdl.generated.axon_count import AxonCount
from spikewright.hdl.generated.chip import parameters_layout
from spikewright.hdl.memories import SynapseMemory

__all__ = ["AxonSums", "KindMemory"]


class KindMemory(wiring.Component):
    """Of each neuron's parameters the stochastic types. Keyword parameters as `ParameterMemory`.

    Members
    -------
    read, read_neuron, answer, write, write_neuron
        As of `SynapseMemory`.
    data : In
        The parameters of neuron `write_neuron`.
    """

    def __init__(self, *, neurons: int = 256, axon_types: int = 4, **widths: int) -> None:
        self.rows = SynapseMemory(axons=axon_types, neurons=neurons)
        layout = parameters_layout(axon_types=axon_types, **widths)
        super().__init__({**self.rows.signature.members, "data": In(layout)})

    def elaborate(self, platform: Any) -> Module:
        m = Module()
        m.submodules.rows = rows = self.rows
        for name in ("read", "read_neuron", "write", "write_neuron"):
            m.d.comb += getattr(rows, name).eq(getattr(self, name))
        m.d.comb += [rows.data.eq(self.data.stochastic), self.answer.eq(rows.answer)]
        return m


class AxonSums(wiring.Component):
    """The sum of a neuron's weights over its active axons, all types at once.

    Latency: two cycles from `row` to its counts, when `move` is high in both; the weights are taken
    from `parameters` in the second. Cost: for each axon log2(types) flip-flops, and for each type
    and axon about one full adder; a multiplier for each type.

    Like the memories, the types of the axons outlast a reset.

    Members
    -------
    move : In(1)
    row : In
        The active axons of a neuron.
    parameters : In
        Of the neuron whose axons have been counted.
    sum : Out
        Its weights, once for each of its active axons.
    write : In(1)
        Store the type `data` of axon `write_axon`.
    """

    def __init__(self, *, axons: int = 256, axon_types: int = 4, **widths: int) -> None:
        self.axons, self.axon_types = axons, axon_types
        layout = parameters_layout(axons=axons, axon_types=axon_types, **widths)
        self.weight_bits = layout["weights"].shape.elem_shape.width
        self.type_bits = chip.type_bits(axon_types=axon_types)
        self.sum_bits = chip.sum_bits(weight_bits=self.weight_bits, axons=axons)
        super().__init__(
            {
                "move": In(1),
                "row": In(axons),
                "parameters": In(layout),
                "sum": Out(signed(self.sum_bits)),
                "write": In(1),
                "write_axon": In(chip.axon_bits(axons=axons)),
                "data": In(self.type_bits),
            }
        )

    def elaborate(self, platform: Any) -> Module:
        m = Module()
        # One plane for each bit of a type: an axon's bits stand in one place of all planes.
        planes = [
            Signal(self.axons, name=f"plane_{bit}", reset_less=True)
            for bit in range(self.type_bits)
        ]
        place = Signal(self.axons)
        m.d.comb += place.eq(1 << self.write_axon)
        with m.If(self.write):
            for plane, bit in zip(planes, self.data, strict=True):
                m.d.sync += plane.eq(Mux(bit, plane | place, plane & ~place))
        total: Value = Const(0, signed(self.sum_bits))
        used: Value = Const(0, chip.count_bits(axons=self.axons))
        for number in range(self.axon_types):
            count = AxonCount(axons=self.axons, weight_bits=self.weight_bits)
            m.submodules[f"type_{number}"] = count
            m.d.comb += [
                count.move.eq(self.move),
                count.row.eq(self.row),
                count.mask.eq(_places(planes, number)),
                count.weight.eq(self.parameters.weights[number]),
                count.sum_before.eq(total),
                count.used_before.eq(used),
            ]
            total, used = count.sum, count.used
        m.d.comb += self.sum.eq(total)
        return m


def _places(planes: list[Signal], number: int) -> Value:
    """Return the places in which the planes hold a number."""
    mask = Const(-1, len(planes[0])) if planes else Const(0, 1)
    for bit, plane in enumerate(planes):
        mask = mask & (plane if number >> bit & 1 else ~plane)
    return mask
