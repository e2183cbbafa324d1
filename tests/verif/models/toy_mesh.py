"""A stand-in with the ports of `mesh` and just enough behaviour to try the chip driver on."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from amaranth.hdl import Array, Module, Mux, Signal, signed
from amaranth.lib import data, stream, wiring
from amaranth.lib.memory import Memory
from amaranth.lib.wiring import In, Out

from spikewright.golden.architecture import Architecture
from spikewright.golden.network import SIDES

__all__ = [
    "ARCHITECTURE",
    "FAULT",
    "FAULTS",
    "INCREMENT",
    "OPPOSITE",
    "POTENTIAL",
    "REFUSED",
    "STEP",
    "THRESHOLD",
    "ToyMesh",
]

ARCHITECTURE = replace(Architecture.preset("tiny"), neurons=8, axons=8, delay_slots=4)
CORES, NEURONS = ARCHITECTURE.cores, ARCHITECTURE.neurons

THRESHOLD = 20
INCREMENT, POTENTIAL, FAULT, REFUSED = 2, 3, 6, 7
FAULTS = ("none", "hang", "skip", "few", "deaf", "change")
OPPOSITE = {"west": "east", "east": "west", "north": "south", "south": "north"}
# The field that counts the steps of a packet that enters here, and what one step adds to it.
STEP = {"west": ("dx", -1), "east": ("dx", 1), "south": ("dy", -1), "north": ("dy", 1)}


class ToyMesh(wiring.Component):
    """Each tick every neuron adds its increment, and fires at 20.

    A packet crosses one register to the opposite side, and one step is taken off its way. With no
    steps to go it adds axon + 1 to neuron 0 of the core it enters, in the tick of its slot. A write
    to space 6 plants a fault, by its number in FAULTS, in the ticks of slot 3.
    """

    def __init__(self, attached: tuple[str, ...] = SIDES) -> None:
        a = ARCHITECTURE
        self.attached = attached
        offset = signed(a.offset_bits)
        self.packet = data.StructLayout(
            {"dx": offset, "dy": offset, "slot": a.slot_bits, "axon": a.axon_bits}
        )
        members: dict[str, Any] = {
            "config__enable": In(1),
            "config__core": In((a.cores - 1).bit_length()),
            "config__space": In(3),
            "config__address": In(max(a.axon_bits, a.neuron_bits)),
            "config__data": In(70),
            "start": In(1),
            "slot": In(a.slot_bits),
            "busy": Out(1),
            "quiescent": Out(1),
            "unsettled": Out(1),
        }
        for core in range(a.cores):
            members[f"trace_{core}__valid"] = Out(1)
            members[f"trace_{core}__neuron"] = Out(a.neuron_bits)
            members[f"trace_{core}__potential"] = Out(signed(a.potential_bits))
            members[f"trace_{core}__spike"] = Out(1)
            members |= {f"{name}_{core}": Out(16) for name in ("late", "overrun", "refused")}
        for side, at in edges():
            if side in attached:
                members[f"{side}_in_{at}"] = In(stream.Signature(self.packet))
                members[f"{side}_out_{at}"] = Out(stream.Signature(self.packet))
            else:
                members[f"off_mesh_{side}_{at}"] = Out(16)
        super().__init__(members)

    def elaborate(self, _platform: Any) -> Module:
        m = Module()
        self.started, fault = Signal(), Signal(3)
        with m.If(self.start):
            m.d.sync += self.started.eq(1)
        with m.If(self.config__enable & (self.config__space == FAULT)):
            m.d.sync += fault.eq(self.config__data)
        self.planted = {
            name: (fault == number) & (self.slot == 3) for number, name in enumerate(FAULTS)
        }
        self.arrived = [
            Array(Signal(8, name=f"arrived_{core}_{slot}") for slot in range(4))
            for core in range(CORES)
        ]
        busy = [self.add_core(m, core) for core in range(CORES)]
        full = [self.add_edge(m, side, at) for side, at in edges() if side in self.attached]
        m.d.comb += self.busy.eq(sum(busy) != 0)
        m.d.comb += self.quiescent.eq(~self.busy & (sum(full) == 0))
        return m

    def add_core(self, m: Module, core: int) -> Signal:
        busy, neuron = Signal(name=f"busy_{core}"), Signal(3, name=f"neuron_{core}")
        mine = self.config__enable & (self.config__core == core)
        writes, reads = {}, {}
        for space in (INCREMENT, POTENTIAL):
            memory = Memory(shape=signed(9), depth=NEURONS, init=[])
            m.submodules[f"memory_{core}_{space}"] = memory
            writes[space], reads[space] = memory.write_port(), memory.read_port(domain="comb")
            m.d.comb += [reads[space].addr.eq(neuron), writes[space].addr.eq(neuron)]
            with m.If(mine & (self.config__space == space) & ~busy):
                m.d.comb += [
                    writes[space].addr.eq(self.config__address),
                    writes[space].data.eq(self.config__data[:8].as_signed()),
                    writes[space].en.eq(1),
                ]
        value, spike = Signal(signed(9), name=f"value_{core}"), Signal(name=f"spike_{core}")
        store, arrived = writes[POTENTIAL], self.arrived[core][self.slot]
        extra = Mux(neuron == 0, arrived, 0)
        m.d.comb += value.eq(reads[POTENTIAL].data + reads[INCREMENT].data + extra)
        m.d.comb += spike.eq(value >= THRESHOLD)
        trace = {name: getattr(self, f"trace_{core}__{name}") for name in ("valid", "neuron")}
        with m.If(busy):
            m.d.comb += [store.data.eq(Mux(spike, 0, value)), store.en.eq(1), trace["valid"].eq(1)]
            m.d.sync += neuron.eq(neuron + 1)
            with m.If(neuron == 0):
                m.d.sync += arrived.eq(0)
            with m.If(neuron == NEURONS - 1):
                m.d.sync += busy.eq(0)
            if core == 1:
                with m.If(self.planted["hang"]):
                    m.d.comb += trace["valid"].eq(0)
                    m.d.sync += busy.eq(1)
                with m.If(self.planted["skip"] & (neuron == 4)):
                    m.d.sync += neuron.eq(6)
                with m.If(self.planted["few"] & (neuron == 4)):
                    m.d.sync += [busy.eq(0), neuron.eq(0)]
        with m.Elif(self.start & ~self.planted["deaf"]):
            m.d.sync += busy.eq(1)
        m.d.comb += trace["neuron"].eq(neuron)
        m.d.comb += getattr(self, f"trace_{core}__potential").eq(store.data)
        m.d.comb += getattr(self, f"trace_{core}__spike").eq(spike)
        with m.If(mine & (self.config__space == REFUSED)):
            refused = getattr(self, f"refused_{core}")
            m.d.sync += refused.eq(refused + 1)
        return busy

    def add_edge(self, m: Module, side: str, at: int) -> Signal:
        come, there, core = getattr(self, f"{side}_in_{at}"), OPPOSITE[side], entry(side, at)
        full, held = Signal(name=f"full_{side}_{at}"), Signal(self.packet, name=f"h_{side}_{at}")
        field, step = STEP[side]
        home = Signal(name=f"home_{side}_{at}")
        m.d.comb += [come.ready.eq(~full), home.eq(held[field] == 0)]
        with m.If(come.ready & come.valid):
            m.d.sync += [full.eq(1), held.eq(come.payload)]
        with m.If(full & home):
            m.d.sync += full.eq(0)
            with m.If(self.started & (held.slot == self.slot)):
                late = getattr(self, f"late_{core}")
                m.d.sync += late.eq(late + 1)
            with m.Else():
                row = self.arrived[core][held.slot]
                m.d.sync += row.eq(row + held.axon + 1)
        if there not in self.attached:
            with m.If(full & ~home):
                dropped = getattr(self, f"off_mesh_{there}_{at}")
                m.d.sync += [full.eq(0), dropped.eq(dropped + 1)]
            return full
        leave = getattr(self, f"{there}_out_{at}")
        m.d.comb += [leave.valid.eq(full & ~home), leave.payload.eq(held)]
        m.d.comb += leave.payload[field].eq(held[field] + step)
        with m.If(leave.valid & leave.ready):
            m.d.sync += full.eq(0)
        with m.Elif(leave.valid & self.planted["change"]):
            m.d.sync += held.axon.eq(held.axon + 1)
        return full


def edges() -> list[tuple[str, int]]:
    return [(side, at) for side in SIDES for at in range(2)]


def entry(side: str, at: int) -> int:
    """The core that an edge port leads to."""
    x = {"west": 0, "east": 1}.get(side, at)
    y = {"south": 0, "north": 1}.get(side, at)
    return x + 2 * y
