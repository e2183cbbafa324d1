"""The chip driver, on a stand-in with the ports of `mesh` and just enough behaviour."""

from __future__ import annotations

import runpy
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from spikewright.golden.network import SIDES
from spikewright.golden.stimulus import PACKET, make_packets
from spikewright.verif.chip_model import ChipModel
from spikewright.verif.design import Design, Options
from spikewright.verif.errors import ToolError

toy = SimpleNamespace(**runpy.run_path(str(Path(__file__).parent / "models" / "toy_mesh.py")))
ARCHITECTURE = toy.ARCHITECTURE
CORES, NEURONS = ARCHITECTURE.cores, ARCHITECTURE.neurons
HAS_FST = all(Path("/usr/include", name).is_file() for name in ("lz4.h", "zlib.h"))

RNG = np.random.default_rng(7)
INCREMENTS = RNG.integers(-2, 9, (CORES, NEURONS))
POTENTIALS = RNG.integers(-20, 20, (CORES, NEURONS))


def configuration(fault: str = "none") -> list[tuple[int, int, int, int]]:
    writes = [(toy.FAULT, 0, 0, toy.FAULTS.index(fault))]
    for core, neuron in np.ndindex(CORES, NEURONS):
        writes.append((toy.INCREMENT, core, neuron, int(INCREMENTS[core, neuron]) & 0xFF))
        writes.append((toy.POTENTIAL, core, neuron, int(POTENTIALS[core, neuron]) & 0xFF))
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
        spikes.append(potentials >= toy.THRESHOLD)
        potentials = np.where(spikes[-1], 0, potentials)
        history.append(potentials)
    return np.array(history), np.array(spikes)


@pytest.fixture(scope="module")
def design() -> Design:
    return Design.from_amaranth(toy.ToyMesh(), "mesh")


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
    for side, there in toy.OPPOSITE.items():
        field, step = toy.STEP[side]
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
    design = Design.from_amaranth(toy.ToyMesh(attached), "mesh")
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


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ([8, 0, 0, 0, 0, 0], "Configuration space must be in 0..7, not 8"),
        ([0, 0, 0, 0, 0], "Configuration data must have 3 words a row, not 2"),
        ([0, 0, 0, 0, 0, 64], "Configuration data must have 70 bits, and a row has more"),
    ],
)
def test_rows_of_words_that_do_not_fit(chip: ChipModel, row: list[int], message: str) -> None:
    with pytest.raises(ToolError, match=f"^{message}$"):
        chip.configure(np.array([row], np.uint32))


def test_refused_writes_are_counted(chip: ChipModel) -> None:
    chip.configure(
        [(toy.REFUSED, 2, 0, 0), (toy.REFUSED, 2, 7, (1 << 70) - 1), (toy.REFUSED, 3, 0, 0)]
    )
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
