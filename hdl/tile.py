"""A core and its router: what the mesh repeats.

Hand-written: it reads one configuration word in five ways, and a table has no word for looking at
the same bits as another type.
"""

from __future__ import annotations

from typing import Any

from amaranth.hdl import Cat, Module, Mux, Signal, Value, signed
from amaranth.lib import stream, wiring
from amaranth.lib.wiring import In, Out

from spikewright.golden.architecture import Architecture, clog2
from spikewright.hdl.generated.chip import packet_layout, parameters_layout
from spikewright.hdl.generated.core import Core
from spikewright.hdl.generated.neuron_core import NeuronCore
from spikewright.hdl.generated.router import Router
from spikewright.hdl.parameters import accepted

__all__ = [
    "CORES",
    "OVERHEAD",
    "SIDES",
    "WORD_BITS",
    "ConfigSignature",
    "Tile",
    "TraceSignature",
    "config_bits",
    "config_words",
]

SIDES = ("west", "east", "north", "south")
WORD_BITS = 32
"""Bits that are read at a time: a multiplexer of whole configuration words would cost a fifth of a
core."""
_INPUTS = ("local", *SIDES)

CORES: dict[str, type[Core] | type[NeuronCore]] = {"event": Core, "neuron": NeuronCore}
"""Microarchitectures of a core. Both give the same results to the bit, draws included.

``event``: one synaptic event a cycle. A tick takes N + E cycles and `OVERHEAD`, with N neurons and
E events (the axon spiked and the synapse connects).

``neuron``: one neuron a cycle, all its axons counted at once, for each type. A tick takes N cycles
and `OVERHEAD`; events count only of neurons that have a stochastic synapse type. Beyond the event
core it costs, with A axons of G types: A * log2(G) flip-flops for the types of the axons, A for the
row that is counted, G multipliers, about A * G full adders, and a memory of N * G bits.

On ECP5, with A = N = 256 and G = 4, by `spikewright synth core-256 --core`:

========== ===== ========== ========== ===========
core       cells flip-flops block RAMs multipliers
========== ===== ========== ========== ===========
``event``   3768       1294         12           0
``neuron`` 10095       2354         12           4
========== ===== ========== ========== ===========
"""

OVERHEAD = {"event": 9, "neuron": 12}
"""Cycles of a tick beyond neurons and events, to fill and to drain the pipeline, at most."""


def config_bits(architecture: Architecture) -> int:
    """Bits of a configuration word: the widest of a row of synapses, parameters and a seed."""
    layout = parameters_layout(**accepted(parameters_layout, architecture))
    return max(architecture.axons, int(layout.size), 32)


def config_words(architecture: Architecture) -> int:
    """Words of `WORD_BITS` that hold a configuration word."""
    return -(-config_bits(architecture) // WORD_BITS)


class ConfigSignature(wiring.Signature):
    """The port that programs cores, one write a cycle; seen from whoever programs.

    A write or a read is answered two cycles later, so that every second cycle may bring a read and
    every cycle a write. A read's core, space and word must stay until then.

    Members
    -------
    enable : Out(1)
        Write.
    read : Out(1)
        Read; not together with a write.
    core : Out
        x + width * y.
    space : Out(3)
        0 axon type, 1 synapses, 2 parameters, 3 potential, 4 seed.
    address : Out
        Axon (space 0) or neuron (spaces 1 to 3).
    data : Out
        The word, in the low bits.
    word : Out
        Which `WORD_BITS` of the configuration word to read, 0 the lowest.
    answered : In(1)
        A write or a read came two cycles before, to a core that exists.
    denied : In(1)
        It was refused.
    answer : In(WORD_BITS)
        What was read, with a read's answer; bits beyond the entry's are 0, so a potential is not
        sign-extended.
    """

    def __init__(self, architecture: Architecture) -> None:
        super().__init__(
            {
                "enable": Out(1),
                "core": Out(max(1, (architecture.cores - 1).bit_length())),
                "space": Out(3),
                "address": Out(max(architecture.axon_bits, architecture.neuron_bits)),
                "data": Out(config_bits(architecture)),
                "read": Out(1),
                "word": Out(clog2(config_words(architecture))),
                "answered": In(1),
                "denied": In(1),
                "answer": In(WORD_BITS),
            }
        )


class TraceSignature(wiring.Signature):
    """What a core lets one watch: each neuron in the cycle in which its new potential is stored."""

    def __init__(self, architecture: Architecture) -> None:
        super().__init__(
            {
                "valid": Out(1),
                "neuron": Out(architecture.neuron_bits),
                "potential": Out(signed(architecture.potential_bits)),
                "spike": Out(1),
            }
        )


class Tile(wiring.Component):
    """One node of the chip.

    Latency: a packet passes a router in one cycle. Cost of a tick: see `CORES`; more only where the
    network is so busy that a packet has to wait at the sender.

    Parameters
    ----------
    architecture : Architecture
    core : {"event", "neuron"}
        The core's microarchitecture, see `CORES`.

    Members
    -------
    select : In(1)
        The configuration port means this core.
    config : In(ConfigSignature)
    start, next_slot, busy
        See the unit `tick_controller`.
    carrying : Out(1)
        A packet is inside the router.
    quiet : Out(1)
        No tick runs and no packet is inside.
    {side}_in, {side}_out : streams of packets
    trace : Out(TraceSignature)
    late, overrun, refused : Out(16)
        Error counters; they stay at their largest value.
    """

    def __init__(self, architecture: Architecture, core: str = "event") -> None:
        self.architecture, self.core = architecture, core
        packets = stream.Signature(packet_layout(**accepted(packet_layout, architecture)))
        members: dict[str, In | Out] = {
            "select": In(1),
            "config": In(ConfigSignature(architecture)),
            "start": In(1),
            "next_slot": In(architecture.slot_bits),
            "busy": Out(1),
            "carrying": Out(1),
            "quiet": Out(1),
            "trace": Out(TraceSignature(architecture)),
            "late": Out(16),
            "overrun": Out(16),
            "refused": Out(16),
        }
        for side in SIDES:
            members[f"{side}_in"] = In(packets)
            members[f"{side}_out"] = Out(packets)
        super().__init__(members)

    def elaborate(self, platform: Any) -> Module:
        m = Module()
        made = CORES[self.core]
        m.submodules.core = core = made(**accepted(made, self.architecture))
        m.submodules.router = router = Router(**accepted(Router, self.architecture))
        word = self.config.data
        views = (core.axon_type, core.synapses, core.parameters, core.initial, core.seed)
        m.d.comb += [Value.cast(view).eq(word) for view in views]
        m.d.comb += [
            core.enable.eq(self.config.enable & self.select),
            core.read.eq(self.config.read & self.select),
            core.space.eq(self.config.space),
            core.address.eq(self.config.address),
            core.start.eq(self.start),
            core.next_slot.eq(self.next_slot),
            self.busy.eq(core.busy),
            self.trace.valid.eq(core.retire),
            self.trace.neuron.eq(core.neuron),
            self.trace.potential.eq(core.potential),
            self.trace.spike.eq(core.spike),
            self.late.eq(core.late),
            self.overrun.eq(core.overrun),
            self.refused.eq(core.refused),
        ]
        self._answer(m, core)
        wiring.connect(m, core.packet, router.local_in)
        wiring.connect(m, router.local_out, core.delivery)
        for side in SIDES:
            wiring.connect(
                m, wiring.flipped(getattr(self, f"{side}_in")), getattr(router, f"{side}_in")
            )
            wiring.connect(
                m, getattr(router, f"{side}_out"), wiring.flipped(getattr(self, f"{side}_out"))
            )
        occupied = [getattr(router, f"{port}_occupied") for port in _INPUTS]
        m.d.comb += [
            self.carrying.eq(occupied[0] | occupied[1] | occupied[2] | occupied[3] | occupied[4]),
            self.quiet.eq(~(core.busy | self.carrying)),
        ]
        return m

    def _answer(self, m: Module, core: Core | NeuronCore) -> None:
        """Cut the part that was asked for out of what the memories show."""
        shown = (
            core.read_type,
            core.read_synapses,
            core.read_parameters,
            core.read_potential,
            core.present,
        )
        part = Signal(WORD_BITS)
        with m.Switch(Cat(self.config.word, self.config.space)):
            for space, view in enumerate(shown):
                bits = Value.cast(view).as_unsigned()
                for word in range(-(-len(bits) // WORD_BITS)):
                    with m.Case(word | space << len(self.config.word)):
                        m.d.comb += part.eq(bits[word * WORD_BITS : (word + 1) * WORD_BITS])
        reading = Signal()
        m.d.sync += [
            reading.eq(core.read),
            self.config.answered.eq(core.answered),
            self.config.denied.eq(core.denied),
            # The mesh joins the answers of all cores with OR. What no read asked for is not known.
            self.config.answer.eq(Mux(reading & ~core.denied, part, 0)),
        ]
