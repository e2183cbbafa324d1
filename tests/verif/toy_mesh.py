"""A stand-in for the chip: the ports of `mesh`, and just enough behaviour to try the chip driver on.

Each tick every neuron adds its increment, and fires at 20. A packet crosses one register to the opposite
side with one step off its way; with no steps to go it adds axon + 1 to neuron 0 of the core it enters,
in the tick of its slot. A write to space 6 plants a fault, by its number in `FAULTS`, in the ticks of
slot 3.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from amaranth.hdl import Array, Module, Mux, Signal, signed
from amaranth.lib import data, stream, wiring
from amaranth.lib.memory import Memory
from amaranth.lib.wiring import In, Out

from spikewright.golden.architecture import Architecture
from spikewright.golden.network import SIDES

ARCHITECTURE = replace(Architecture.preset("tiny"), neurons=8, axons=8, delay_slots=4)
THRESHOLD = 20
DATA_BITS = 70
INCREMENT, POTENTIAL, FAULT = 2, 3, 6
FAULTS = ("none", "hang", "skip", "few", "deaf", "change")

_OPPOSITE = {"west": "east", "east": "west", "north": "south", "south": "north"}
# The field that counts the steps of a packet that enters here, and what one step adds to it.
_STEP = {"west": ("dx", -1), "east": ("dx", 1), "south": ("dy", -1), "north": ("dy", 1)}


class ToyMesh(wiring.Component):
    """See above."""

    def __init__(
        self, architecture: Architecture = ARCHITECTURE, attached: tuple[str, ...] = SIDES
    ) -> None:
        a = self.a = architecture
        self.attached = attached
        offset = signed(a.offset_bits)
        self.packet = data.StructLayout(
            {"dx": offset, "dy": offset, "slot": a.slot_bits, "axon": a.axon_bits}
        )
        members: dict[str, Any] = {
            "config__enable": In(1),
            "config__core": In(max(1, (a.cores - 1).bit_length())),
            "config__space": In(3),
            "config__address": In(max(a.axon_bits, a.neuron_bits)),
            "config__data": In(DATA_BITS),
            "start": In(1),
            "slot": In(a.slot_bits),
            "busy": Out(1),
            "quiescent": Out(1),
        }
        for core in range(a.cores):
            members[f"trace_{core}__valid"] = Out(1)
            members[f"trace_{core}__neuron"] = Out(a.neuron_bits)
            members[f"trace_{core}__potential"] = Out(signed(a.potential_bits))
            members[f"trace_{core}__spike"] = Out(1)
            members |= {f"{name}_{core}": Out(16) for name in ("late", "overrun", "refused")}
        for side, at in self.edges():
            if side in attached:
                members[f"{side}_in_{at}"] = In(stream.Signature(self.packet))
                members[f"{side}_out_{at}"] = Out(stream.Signature(self.packet))
            else:
                members[f"off_mesh_{side}_{at}"] = Out(16)
        super().__init__(members)

    def edges(self) -> list[tuple[str, int]]:
        """Return every place along the four sides."""
        lengths = dict(zip(SIDES, (self.a.height,) * 2 + (self.a.width,) * 2, strict=True))
        return [(side, at) for side in SIDES for at in range(lengths[side])]

    def entry(self, side: str, at: int) -> int:
        """Return the core that an edge port leads to."""
        x = {"west": 0, "east": self.a.width - 1}.get(side, at)
        y = {"south": 0, "north": self.a.height - 1}.get(side, at)
        return x + self.a.width * y

    def elaborate(self, platform: Any) -> Module:
        m = Module()
        started, fault = Signal(), Signal(3)
        with m.If(self.start):
            m.d.sync += started.eq(1)
        with m.If(self.config__enable & (self.config__space == FAULT)):
            m.d.sync += fault.eq(self.config__data)
        planted = {
            name: (fault == number) & (self.slot == 3) for number, name in enumerate(FAULTS)
        }
        arrived = [
            Array(Signal(8, name=f"arrived_{core}_{slot}") for slot in range(self.a.delay_slots))
            for core in range(self.a.cores)
        ]
        busy = [self._core(m, core, arrived[core], planted) for core in range(self.a.cores)]
        full = [
            self._edge(m, side, at, arrived, started, planted)
            for side, at in self.edges()
            if side in self.attached
        ]
        m.d.comb += self.busy.eq(sum(busy) != 0)
        m.d.comb += self.quiescent.eq(~self.busy & (sum(full) == 0))
        return m

    def _core(self, m: Module, core: int, arrived: Any, planted: dict[str, Any]) -> Signal:
        a = self.a
        busy, neuron = Signal(name=f"busy_{core}"), Signal(a.neuron_bits, name=f"neuron_{core}")
        mine = self.config__enable & (self.config__core == core)
        writes, reads = {}, {}
        for space in (INCREMENT, POTENTIAL):
            memory = Memory(shape=signed(a.potential_bits), depth=a.neurons, init=[])
            m.submodules[f"memory_{core}_{space}"] = memory
            writes[space], reads[space] = memory.write_port(), memory.read_port(domain="comb")
            m.d.comb += [reads[space].addr.eq(neuron), writes[space].addr.eq(neuron)]
            with m.If(mine & (self.config__space == space) & ~busy):
                m.d.comb += [
                    writes[space].addr.eq(self.config__address),
                    writes[space].data.eq(self.config__data[:8].as_signed()),
                    writes[space].en.eq(1),
                ]
        value = Signal(signed(a.potential_bits), name=f"value_{core}")
        spike, store = Signal(name=f"spike_{core}"), writes[POTENTIAL]
        extra = Mux(neuron == 0, arrived[self.slot], 0)
        m.d.comb += value.eq(reads[POTENTIAL].data + reads[INCREMENT].data + extra)
        m.d.comb += spike.eq(value >= THRESHOLD)
        with m.If(busy):
            m.d.comb += [store.data.eq(Mux(spike, 0, value)), store.en.eq(1)]
            m.d.comb += getattr(self, f"trace_{core}__valid").eq(1)
            m.d.sync += neuron.eq(neuron + 1)
            with m.If(neuron == 0):
                m.d.sync += arrived[self.slot].eq(0)
            with m.If(neuron == a.neurons - 1):
                m.d.sync += busy.eq(0)
            if core == 1:
                with m.If(planted["hang"]):
                    m.d.comb += getattr(self, f"trace_{core}__valid").eq(0)
                    m.d.sync += busy.eq(1)
                with m.If(planted["skip"] & (neuron == 4)):
                    m.d.sync += neuron.eq(6)
                with m.If(planted["few"] & (neuron == 4)):
                    m.d.sync += [busy.eq(0), neuron.eq(0)]
        with m.Elif(self.start & ~planted["deaf"]):
            m.d.sync += busy.eq(1)
        m.d.comb += [
            getattr(self, f"trace_{core}__neuron").eq(neuron),
            getattr(self, f"trace_{core}__potential").eq(store.data),
            getattr(self, f"trace_{core}__spike").eq(spike),
        ]
        for counter, event in (("overrun", self.start & busy), ("refused", mine & busy)):
            with m.If(event | (mine & (self.config__space == 7))):
                m.d.sync += getattr(self, f"{counter}_{core}").eq(1)
        return busy

    def _edge(
        self,
        m: Module,
        side: str,
        at: int,
        arrived: list[Any],
        started: Signal,
        planted: dict[str, Any],
    ) -> Signal:
        """One register from an edge port to the opposite one, or into the core."""
        come, there, core = getattr(self, f"{side}_in_{at}"), _OPPOSITE[side], self.entry(side, at)
        full, held = Signal(name=f"full_{side}_{at}"), Signal(self.packet, name=f"h_{side}_{at}")
        field, step = _STEP[side]
        home = Signal(name=f"home_{side}_{at}")
        m.d.comb += [come.ready.eq(~full), home.eq(held[field] == 0)]
        with m.If(come.ready & come.valid):
            m.d.sync += [full.eq(1), held.eq(come.payload)]
        with m.If(full & home):
            m.d.sync += full.eq(0)
            with m.If(started & (held.slot == self.slot)):
                late = getattr(self, f"late_{core}")
                m.d.sync += late.eq(late + 1)
            with m.Else():
                row = arrived[core][held.slot]
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
        with m.Elif(leave.valid & planted["change"]):
            m.d.sync += held.axon.eq(held.axon + 1)
        return full
