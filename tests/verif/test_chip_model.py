"""The chip driver, on a stand-in with the ports of `mesh` and just enough behaviour."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from amaranth.hdl import Array, Module, Mux, Signal, signed
from amaranth.lib import data, stream, wiring
from amaranth.lib.memory import Memory
from amaranth.lib.wiring import In, Out
from numpy.typing import NDArray

from spikewright.golden.architecture import Architecture
from spikewright.golden.network import SIDES
from spikewright.golden.stimulus import PACKET, make_packets, make_spikes
from spikewright.verif.chip_model import ChipModel
from spikewright.verif.chip_packets import PacketCodec, packets_from_spikes
from spikewright.verif.design import Design, Options
from spikewright.verif.errors import ToolError

ARCHITECTURE = replace(Architecture.preset("tiny"), neurons=8, axons=8, delay_slots=4)
CORES, NEURONS = ARCHITECTURE.cores, ARCHITECTURE.neurons
HAS_FST = all(Path("/usr/include", name).is_file() for name in ("lz4.h", "zlib.h"))

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


RNG = np.random.default_rng(7)
INCREMENTS = RNG.integers(-2, 9, (CORES, NEURONS))
POTENTIALS = RNG.integers(-20, 20, (CORES, NEURONS))


def configuration(fault: str = "none") -> list[tuple[int, int, int, int]]:
    writes = [(FAULT, 0, 0, FAULTS.index(fault))]
    for core, neuron in np.ndindex(CORES, NEURONS):
        writes.append((INCREMENT, core, neuron, int(INCREMENTS[core, neuron]) & 0xFF))
        writes.append((POTENTIAL, core, neuron, int(POTENTIALS[core, neuron]) & 0xFF))
    return writes


def expected(
    ticks: int, arrivals: dict[tuple[int, int], int] | None = None
) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Potentials and spikes; `arrivals` adds to neuron 0 of a core in a tick."""
    potentials, spikes = POTENTIALS.copy(), []
    history = []
    for tick in range(ticks):
        potentials = potentials + INCREMENTS
        for core in range(CORES):
            potentials[core, 0] += (arrivals or {}).get((tick, core), 0)
        spikes.append(potentials >= THRESHOLD)
        potentials = np.where(spikes[-1], 0, potentials)
        history.append(potentials)
    return np.array(history), np.array(spikes)


@pytest.fixture(scope="module")
def design() -> Design:
    return Design.from_amaranth(ToyMesh(), "mesh")


@pytest.fixture
def chip(design: Design) -> ChipModel:
    model = ChipModel(design, ARCHITECTURE, cycle_limit=200)
    model.configure(configuration())
    return model


def test_a_run_shows_spikes_and_potentials(chip: ChipModel) -> None:
    run = chip.run(50)
    potentials, spikes = expected(50)
    assert (run.potentials == potentials).all()
    assert (run.spikes == spikes).all()
    assert spikes.any()
    assert (run.busy_cycles == NEURONS + 1).all()
    assert (run.cycles == NEURONS + 1).all()
    assert not run.late.any()
    assert not run.off_mesh.any()
    assert len(run.outputs) == 0


def test_ticks_and_runs_continue_each_other(chip: ChipModel) -> None:
    potentials, spikes = expected(9)
    first = chip.tick()
    rest = chip.run(8, potentials=False)
    assert (first.first_tick, rest.first_tick, chip.next_tick) == (0, 1, 9)
    assert (first.potentials == potentials[:1]).all()
    assert rest.potentials is None
    assert (rest.spikes == spikes[1:]).all()
    chip.reset()
    chip.configure(configuration())
    assert (chip.run(9).potentials == potentials).all()
    assert chip.run(0).spikes.shape == (0, CORES, NEURONS)


def test_packets_enter_in_their_tick(chip: ChipModel) -> None:
    """Before the first start, and during a tick, for the next one."""
    packets = make_packets(
        [
            (3, "north", 1, 0, 0, 0, 1),
            (-1, "west", 0, 0, 0, 0, 4),
            (-1, "east", 1, 0, 0, 0, 5),
            (1, "south", 0, 0, 0, 2, 6),
        ]
    )
    run = chip.run(6, packets)
    potentials, spikes = expected(6, {(0, 0): 5, (0, 3): 6, (2, 0): 7, (4, 3): 2})
    assert (run.potentials == potentials).all()
    assert (run.spikes == spikes).all()
    assert not run.late.any()


def test_packets_for_the_running_tick_are_late(chip: ChipModel) -> None:
    rows = [(tick, "west", 1, 0, 0, tick % 4, 1) for tick in (2, 2, 5)]
    run = chip.run(5, make_packets(rows[:2]))
    assert run.late.tolist() == [[0, 0, 0, 0]] * 2 + [[0, 0, 2, 0]] + [[0, 0, 0, 0]] * 2
    assert chip.tick(make_packets(rows[2:])).late.tolist() == [[0, 0, 1, 0]]


CROSSING = make_packets(
    [
        *(
            (tick, "west", 0, 1 + k % 3, -k % 8, k % 4, k % 8)
            for tick in (-1, 2)
            for k in range(20)
        ),
        *((2, "east", 1, -3, k % 5, 3, k % 8) for k in range(20)),
        *((3, "north", 0, -5, -2, 1, k % 8) for k in range(20)),
        *((3, "south", 1, 2, 7, 0, k % 8) for k in range(20)),
    ]
)


def crossed() -> NDArray[np.void]:
    """What becomes of them."""
    out = CROSSING.copy()
    for side, there in OPPOSITE.items():
        field, step = STEP[side]
        here = CROSSING["side"] == side
        out["side"][here] = there
        out[field][here] += step
    return out


@pytest.mark.parametrize(("idle_seed", "stall_seed"), [(0, 0), (0, 3), (5, 0), (5, 3)])
def test_packets_leave_whole_and_in_order(design: Design, idle_seed: int, stall_seed: int) -> None:
    chip = ChipModel(design, ARCHITECTURE, idle_seed=idle_seed, stall_seed=stall_seed)
    chip.configure(configuration())
    run = chip.run(6, CROSSING)
    wanted = crossed()
    assert run.outputs.dtype == PACKET
    assert (run.outputs == np.sort(wanted)).all()
    for side in SIDES:
        assert (run.arrivals[run.arrivals["side"] == side] == wanted[wanted["side"] == side]).all()
    # The tick lasts until all of them are out: twenty at one port, each two cycles in a register.
    assert run.busy_cycles.tolist() == [NEURONS + 1] * 6
    quick = run.cycles < 20
    assert quick.tolist() == [True, True, False, False, True, True]
    if stall_seed:
        assert run.cycles[2] > 50
    assert (run.potentials == expected(6)[0]).all()


def test_sides_with_nothing_attached(tmp_path: Path) -> None:
    attached = ("west", "north")
    design = Design.from_amaranth(ToyMesh(attached), "mesh")
    chip = ChipModel(design, ARCHITECTURE, attached=attached)
    chip.configure(configuration())
    packets = make_packets(
        [(0, "west", 1, 2, 0, 3, 0), (0, "north", 0, 0, -1, 3, 0), (2, "west", 0, 1, 0, 0, 0)]
    )
    assert chip.run(4, packets).off_mesh.tolist() == [2, 0, 1, 0]
    with pytest.raises(ToolError, match=r"^Packet must enter at .* side, not at east 0$"):
        chip.tick(make_packets([(4, "east", 0, 0, 0, 0, 0)]))
    message = r"^Chip must be built with Options\(waves=True\) to write waves$"
    with pytest.raises(ToolError, match=message):
        chip.trace(tmp_path / "chip.fst", 0, 1)


@pytest.mark.parametrize(
    ("fault", "message"),
    [
        (
            "hang",
            "Tick 3 must be over within 200 cycles, and is not: a core is busy, not quiescent",
        ),
        ("deaf", "Tick 3 must be over within 200 cycles, and is not: no core became busy"),
        ("skip", r"Tick 3: core \(1, 0\) must retire neuron 5 next, not neuron 6"),
        ("few", r"Tick 3: core \(1, 0\) must retire 8 neurons, not 5"),
    ],
)
def test_a_chip_that_breaks_a_rule(chip: ChipModel, fault: str, message: str) -> None:
    chip.configure(configuration(fault))
    with pytest.raises(ToolError, match=f"^{message}$"):
        chip.run(10)
    with pytest.raises(ToolError, match=r"^Chip must be reset after a run that was broken off$"):
        chip.run(1)
    chip.reset()
    chip.configure(configuration())
    assert (chip.run(10).potentials == expected(10)[0]).all()


def test_a_packet_that_changes_while_it_is_stalled(design: Design) -> None:
    chip = ChipModel(design, ARCHITECTURE, stall_seed=1)
    chip.configure(configuration("change"))
    with pytest.raises(ToolError, match=r"^Tick 3: packet at east 1 must stay until taken, and"):
        chip.run(4, make_packets([(3, "west", 1, 1, 0, 0, 0)] * 20))


def test_a_tick_that_cannot_take_its_packets(design: Design) -> None:
    chip = ChipModel(design, ARCHITECTURE, cycle_limit=20)
    message = "^Tick -1 must be over within 20 cycles, and is not: 39 packets wait"
    with pytest.raises(ToolError, match=message):
        chip.run(1, make_packets([(-1, "west", 1, 1, 0, 0, 0)] * 50))


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ((-2, "west", 0, 0, 0, 0, 0), "Packet tick must be in -1..1, not -2"),
        ((2, "west", 0, 0, 0, 0, 0), "Packet tick must be in -1..1, not 2"),
        ((0, "west", 2, 0, 0, 0, 0), ".* a position of an attached side, not at west 2"),
        ((0, "west", 0, 8, 0, 0, 0), "Packet dx must be in -8..7, not 8"),
        ((0, "west", 0, 0, 0, 4, 0), "Packet slot must be in 0..3, not 4"),
        ((0, "west", 0, 0, 0, 0, 8), "Packet axon must be in 0..7, not 8"),
    ],
)
def test_packets_that_cannot_be_fed(chip: ChipModel, row: tuple[Any, ...], message: str) -> None:
    with pytest.raises(ToolError, match=f"^{message}$"):
        chip.run(2, make_packets([row]))


@pytest.mark.parametrize(
    ("write", "message"),
    [
        ((8, 0, 0, 0), "Configuration space must be in 0..7, not 8"),
        ((0, 4, 0, 0), "Configuration core must be in 0..3, not 4"),
        ((0, 0, 8, 0), "Configuration address must be in 0..7, not 8"),
        ((0, 0, 0, 1 << 70), f"Configuration data must be in 0..{2**70 - 1}, not {2**70}"),
    ],
)
def test_writes_that_do_not_fit(
    chip: ChipModel, write: tuple[int, int, int, int], message: str
) -> None:
    with pytest.raises(ToolError, match=f"^{message}$"):
        chip.configure([write])


def test_refused_writes_are_counted(chip: ChipModel) -> None:
    chip.configure([(REFUSED, 2, 0, 0), (REFUSED, 2, 7, (1 << 70) - 1), (REFUSED, 3, 0, 0)])
    run = chip.tick()
    assert run.refused.tolist() == [0, 0, 2, 1]
    assert run.overrun.tolist() == [0, 0, 0, 0]


@pytest.mark.skipif(not HAS_FST, reason="lz4.h or zlib.h is not installed")
def test_waves_of_some_ticks(design: Design, tmp_path: Path) -> None:
    chip = ChipModel(design, ARCHITECTURE, options=Options(waves=True))
    chip.configure(configuration())
    sizes = {}
    for name, last in (("short", 21), ("long", 40)):
        first = chip.next_tick + 20
        chip.trace(tmp_path / f"{name}.fst", first, chip.next_tick + last)
        run = chip.run(50)
        sizes[name] = (tmp_path / f"{name}.fst").stat().st_size
    assert 0 < sizes["short"] < sizes["long"]
    assert (run.spikes == expected(100)[1][50:]).all()


def test_coverage(design: Design, tmp_path: Path) -> None:
    chip = ChipModel(design, ARCHITECTURE, options=Options(coverage="line"))
    chip.run(1)
    chip.write_coverage(tmp_path / "coverage.dat")
    assert "mesh.v" in (tmp_path / "coverage.dat").read_text()
    with pytest.raises(ToolError, match=r"^Chip must be built with Options\(coverage=...\) to"):
        ChipModel(design, ARCHITECTURE).write_coverage(tmp_path / "coverage.dat")


def test_a_design_with_other_ports(design: Design) -> None:
    with pytest.raises(ToolError, match=r"^Design must be the mesh with its config port, not x$"):
        ChipModel(Design("x", {"x.v": "module x(input a); endmodule"}), ARCHITECTURE)
    wrong = replace(ARCHITECTURE, potential_bits=10)
    with pytest.raises(
        ToolError, match=r"^Port trace_0__potential of mesh must .* of 10 bits, not"
    ):
        ChipModel(design, wrong)


def test_packets_to_bits_and_back() -> None:
    codec = PacketCodec(ARCHITECTURE, [("west", 0), ("north", 1)])
    packets = make_packets([(5, "north", 1, -8, 7, 3, 6), (6, "west", 0, 0, -1, 0, 7)])
    ports, payloads = codec.encode(packets)
    assert ports.tolist() == [1, 0]
    # dx lies lowest.
    assert payloads.tolist() == [0b110_11_0111_1000, 0b111_00_1111_0000]
    assert (codec.decode(packets["tick"], ports, payloads) == packets).all()


def test_spikes_as_packets() -> None:
    spikes = make_spikes([(0, 1, 0, 5), (6, 0, 1, 2)])
    assert packets_from_spikes(spikes, ARCHITECTURE).tolist() == [
        (-1, "west", 0, 1, 0, 0, 5),
        (5, "west", 1, 0, 0, 2, 2),
    ]
    assert packets_from_spikes(spikes, ARCHITECTURE, ahead=3)["tick"].tolist() == [-1, 3]
    with pytest.raises(ToolError, match=r"^ahead must be in 1..3, not 4$"):
        packets_from_spikes(spikes, ARCHITECTURE, ahead=4)
