"""RANC's memory files: its own vector-matrix network, exactly, and every refusal."""

import re
import runpy
import tarfile
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from spikewright.golden import Architecture, Simulator, make_spikes, port_events, simulate
from spikewright.tools.formats.ranc_json import read_ranc, read_ranc_stimulus, write_ranc
from spikewright.tools.formats.ranc_memory import (
    bus_lists,
    read_ranc_expected,
    read_ranc_inputs,
    read_ranc_memory,
    write_ranc_memory,
)
from spikewright.tools.formats.report import FormatError

helpers = SimpleNamespace(**runpy.run_path(str(Path(__file__).with_name("ranc_helpers.py"))))

ARCHIVE = Path(__file__).parents[2] / "data" / "ranc_vmm.tar.xz"


@pytest.fixture(scope="module")
def vmm(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of RANC's own network: 8 cores and a bus in a grid of 3 x 3."""
    folder = tmp_path_factory.mktemp("vmm")
    with tarfile.open(ARCHIVE) as archive:
        archive.extractall(folder, filter="data")
    return folder / "ranc_vmm"


def words(path: Path) -> list[str]:
    text = re.sub(r"/\*.*?\*/|//[^\n]*", " ", path.read_text(), flags=re.DOTALL)
    return text.split()


def test_rancs_network_does_what_rancs_own_simulator_did(vmm: Path) -> None:
    network, report = read_ranc_memory(vmm)
    a = Architecture.preset("ranc").with_mesh(3, 3)
    assert (network.architecture, network.attached) == (a, ("east",))
    assert network.metadata == {"ranc": {"bus": [2, 2], "outputs": 256}}
    assert (report.changes, report.notes) == ([], [])
    expected = read_ranc_expected(vmm)
    assert [len(lines) for lines in expected[:4]] == [6, 5, 5, 3]
    stimulus = read_ranc_inputs(vmm, network)
    assert (len(stimulus), stimulus["tick"].max()) == (72, 7)

    ticks = 3 + len(expected) + 20
    trace = simulate(network, stimulus, ticks)
    simulator = Simulator(network)
    simulator.inject(stimulus)
    recording = simulator.run(ticks)
    assert np.array_equal(recording.dense_spikes(), trace.spikes)
    assert recording.late_per_tick.sum() == recording.off_mesh.sum() == 0
    assert bus_lists(network, recording.fired()) == expected
    # The longest way is over four cores, one tick each: the first output comes in tick 3, after
    # three silent ticks, and from there on every tick has one until the end.
    events = port_events(network, "bus", recording.fired())
    assert np.unique(events[:, 0]).tolist() == list(range(3, 3 + len(expected)))


def test_rancs_files_there_and_back(vmm: Path, tmp_path: Path) -> None:
    network, _ = read_ranc_memory(vmm)
    stimulus = read_ranc_inputs(vmm, network)
    report = write_ranc_memory(network, tmp_path / "out", stimulus=stimulus)
    assert (report.changes, report.notes) == ([], [])
    names = sorted(path.name for path in vmm.glob("*.mem"))
    assert len(names) == 16
    assert sorted(path.name for path in (tmp_path / "out").glob("*.mem")) == names
    for name in names:
        assert words(tmp_path / "out" / name) == words(vmm / name), name
    assert np.array_equal(read_ranc_inputs(tmp_path / "out", network), stimulus)


def test_rancs_network_as_json(vmm: Path, tmp_path: Path) -> None:
    network, _ = read_ranc_memory(vmm)
    stimulus = read_ranc_inputs(vmm, network)
    path = tmp_path / "vmm.json"
    assert write_ranc(network, path, stimulus=stimulus).notes == []
    back, _ = read_ranc(path)
    assert helpers.same(network, back)
    assert np.array_equal(read_ranc_stimulus(path, back), stimulus)
    wide, _ = read_ranc(path, preset="truenorth")
    simulator = Simulator(wide)
    simulator.inject(stimulus)
    expected = read_ranc_expected(vmm)
    assert bus_lists(wide, simulator.run(len(expected) + 9).fired()) == expected


# Two cores of 2 axons and a bus behind them; a word is connections | V R w0..w3 leak theta+ theta-
# | mode | dx dy axon d.
PLAIN = "0" * 63 + "000000001" + "0" * 9
WORD = f"01_{PLAIN}_0_{1:09b}_{0:09b}_1_{3:04b}"


@pytest.fixture
def small(tmp_path: Path) -> Path:
    folder = tmp_path / "small"
    folder.mkdir()
    silent = "00" + PLAIN + "0" * 24
    for core in range(2):
        text = f"// core {core} /* not open\n{WORD} /* one\n// */{silent}"
        (folder / f"csram_{core:03d}.mem").write_text(text)
        (folder / f"tc_{core:03d}.mem").write_text("1_0\n\t01")
    (folder / "tb_num_inputs.txt").write_text("0\n2\n")
    packet = "000000000 000000000 1 0010".replace(" ", "_")
    (folder / "tb_input.txt").write_text(f"{packet}\n{packet}\n")
    (folder / "tb_num_outputs.txt").write_text("1 0 2")
    (folder / "tb_correct.txt").write_text("0 1\n0")
    return folder


def test_small_files_with_comments_and_underscores(small: Path) -> None:
    network, _ = read_ranc_memory(small)
    a = network.architecture
    assert (a.width, a.height, a.axons, a.neurons) == (3, 1, 2, 2)
    assert network.metadata == {"ranc": {"bus": [2, 0], "outputs": 2}}
    # The rightmost bit is axon 0.
    assert network.synapses[:2, 0].tolist() == [[True, False]] * 2
    assert network.axon_types.tolist() == [[2, 1], [2, 1], [0, 0]]
    assert (network.delay[0, 0], network.axon[0, 0], network.dx[0, 0]) == (4, 1, 1)
    assert network.ports[0].lines.tolist() == [[1, 1, 0, 0]]
    assert read_ranc_inputs(small, network).tolist() == make_spikes([(3, 0, 0, 1)]).tolist()
    assert read_ranc_expected(small) == [[0], [], [1, 0]]


def test_signs_and_every_field(small: Path) -> None:
    fields = (-256, 255, -1, 2, -3, 4, -5, 6, -7)
    word = "11" + "".join(f"{value % 512:09b}" for value in fields)
    word += "1" + f"{0:09b}{0:09b}" + "0" + f"{14:04b}"
    (small / "csram_001.mem").write_text(word + "\n" + WORD)
    network, _ = read_ranc_memory(small)
    names = ("potential", "reset_potential", "leak", "threshold", "negative_threshold")
    assert [int(getattr(network, name)[1, 0]) for name in names] == [-256, 255, -5, 6, 7]
    assert network.weights[1, 0].tolist() == [-1, 2, -3, 4]
    assert (network.reset_mode[1, 0], network.delay[1, 0]) == (1, 15)


def test_options(small: Path) -> None:
    network, _ = read_ranc_memory(small, mesh=(3, 2), bus=(2, 0), outputs=7, preset="truenorth")
    assert network.architecture.height == 2
    assert network.metadata["ranc"]["outputs"] == 7
    assert read_ranc_memory(small, bus=(2, 0))[0].architecture.width == 3


def edit(name: str, old: str, new: str) -> Callable[[Path], object]:
    """Return what replaces a text in a file, or removes the file where no text is named."""

    def change(folder: Path) -> None:
        path = folder / name
        if not old:
            path.unlink()
            return
        assert old in path.read_text()
        path.write_text(path.read_text().replace(old, new, 1))

    return change


@pytest.mark.parametrize(
    ("change", "options", "text"),
    [
        (
            edit("tc_001.mem", "", ""),
            {},
            "small: core 1: a core must have both a csram and a tc file, not one",
        ),
        (
            edit("csram_000.mem", "// */", ""),
            {},
            "csram_000.mem: line 2: the comment must end, and does not",
        ),
        (
            edit("csram_000.mem", WORD, WORD + "x"),
            {},
            f"csram_000.mem: word 0 must be of 0 and 1, not '{WORD[:40]}'",
        ),
        (
            edit("csram_001.mem", WORD, "@0 1"),
            {},
            "csram_001.mem: word 0 must be of 0 and 1, not '@0'",
        ),
        (
            edit("csram_000.mem", WORD, WORD[1:]),
            {},
            "csram_000.mem: word 1 must have 106 digits as word 0 has, not 107",
        ),
        (
            edit("tc_000.mem", "1_0", "___"),
            {},
            "tc_000.mem: word 0 must be of 0 and 1, not '___'",
        ),
        (
            edit("tc_000.mem", "1_0", "10 10"),
            {},
            "tc_000.mem: the file must hold 2 words of 2 bits, not 3 of 2",
        ),
        (
            edit("csram_001.mem", WORD, ""),
            {},
            "csram_001.mem: cores must be of one size, 2 axons and 2 neurons, not 2 and 1",
        ),
        (
            edit("csram_000.mem", WORD, "//"),
            {},
            "csram_000.mem: the file must hold words of 0 and 1, and holds none",
        ),
        (
            edit("csram_001.mem", f"{1:09b}_{0:09b}", f"{0:09b}_{0:09b}"),
            {},
            "small: mesh: one grid must fit the destinations of 2 cores, or the option be given, "
            "not none",
        ),
        (
            edit("tb_input.txt", "000", "000"),
            {"mesh": (2, 2)},
            "small: bus: one cell must be without files, or the option be given, not 2",
        ),
        (
            edit("tb_input.txt", "000", "000"),
            {"mesh": (2, 2), "bus": (1, 0)},
            "small: bus: the option must be a cell of the grid of 2 x 2 without files, not (1, 0)",
        ),
        (
            edit("tb_input.txt", "000", "000"),
            {"mesh": (1, 1)},
            "small: mesh: the option must have at most 256 x 256 cells, and core 1, not 1 x 1",
        ),
    ],
)
def test_folders_that_are_refused(
    small: Path, change: Callable[[Path], object], options: dict[str, Any], text: str
) -> None:
    change(small)
    with pytest.raises(FormatError) as error:
        read_ranc_memory(small, **options)
    assert str(error.value) == text


def test_two_grids_may_fit(small: Path) -> None:
    # Three cores and a bus, as a square or as a row.
    for core, dx in ((0, 0), (1, 0), (2, 1)):
        text = WORD.replace(f"{1:09b}_{0:09b}", f"{dx:09b}_{0:09b}")
        (small / f"csram_{core:03d}.mem").write_text(text)
        (small / f"tc_{core:03d}.mem").write_text("00 00")
    with pytest.raises(FormatError) as error:
        read_ranc_memory(small)
    assert str(error.value) == (
        "small: mesh: one grid must fit the destinations of 3 cores, or the option be given, not "
        "2 x 2 and 4 x 1"
    )
    assert read_ranc_memory(small, bus=(1, 1))[0].architecture.width == 2
    assert read_ranc_memory(small, mesh=(4, 1))[0].metadata["ranc"]["bus"] == [3, 0]


def test_folders_without_a_core(tmp_path: Path) -> None:
    (tmp_path / "net").mkdir()
    for name in ("csram_0.mem", "csram_1000000.mem", "csram_000.mem.txt"):
        (tmp_path / "net" / name).write_text("0")
    (tmp_path / "net" / "csram_001.mem").mkdir()
    with pytest.raises(FormatError) as error:
        read_ranc_memory(tmp_path / "net")
    text = "net: folder: there must be files csram_000.mem, tc_000.mem and so on"
    assert str(error.value) == text
    for name in ("csram_0002.mem", "csram_002.mem"):
        (tmp_path / "net" / name).write_text("0")
    with pytest.raises(FormatError) as error:
        read_ranc_memory(tmp_path / "net")
    text = "csram_002.mem: a core must have one csram file, not csram_0002.mem too"
    assert str(error.value) == text


def test_words_that_are_no_neuron(tmp_path: Path) -> None:
    (tmp_path / "csram_000.mem").write_text("0" * 367)
    (tmp_path / "tc_000.mem").write_text("00")
    with pytest.raises(FormatError) as error:
        read_ranc_memory(tmp_path)
    assert str(error.value) == (
        "csram_000.mem: a word must have 104 bits, one for each axon, and those of an axon's "
        "number, such as 368 for 256 axons, not 367"
    )
