"""The test bench's files of RANC, and networks that its memories cannot hold."""

import runpy
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest

from spikewright.golden import Network, Port, make_spikes
from spikewright.tools.formats.ranc_memory import (
    bus_lists,
    read_ranc_expected,
    read_ranc_inputs,
    read_ranc_memory,
    write_ranc_memory,
)
from spikewright.tools.formats.report import Change, FormatError

helpers = SimpleNamespace(**runpy.run_path(str(Path(__file__).with_name("ranc_helpers.py"))))
RANC, chain = helpers.RANC, helpers.chain

NETWORK = Network(RANC, metadata={"ranc": {"bus": [1, 0], "outputs": 4}})


def packet(dx: int, dy: int, axon: int, field: int) -> str:
    return f"{dx % 512:09b}{dy % 512:09b}{axon:02b}{field:04b}\n"


def inputs(folder: Path, counts: str, words: str) -> str:
    """Return what reading these inputs says, nothing where they are taken."""
    (folder / "tb_num_inputs.txt").write_text(counts)
    (folder / "tb_input.txt").write_text(words)
    try:
        read_ranc_inputs(folder, NETWORK)
    except FormatError as error:
        return str(error)
    return ""


def test_inputs(tmp_path: Path) -> None:
    words = packet(0, 0, 3, 14) + packet(0, 0, 0, 0) * 2
    assert inputs(tmp_path, "1\n0\n2\n", words) == ""
    stimulus = read_ranc_inputs(tmp_path, NETWORK)
    assert stimulus.tolist() == make_spikes([(2, 0, 0, 0), (14, 0, 0, 3)]).tolist()
    assert inputs(tmp_path, "", "// none\n") == ""
    assert len(read_ranc_inputs(tmp_path, NETWORK)) == 0
    inputs(tmp_path, "1", packet(0, 0, 1, 2))
    # A network that knows of no bus takes packets in any core.
    assert len(read_ranc_inputs(tmp_path, Network(RANC))) == 1


@pytest.mark.parametrize(
    ("counts", "words", "text"),
    [
        (
            "2",
            packet(0, 0, 0, 0),
            "tb_input.txt: the file must have 2 words, the sum of tb_num_inputs.txt, not 1",
        ),
        (
            "1 -1",
            packet(0, 0, 0, 0),
            "tb_num_inputs.txt: number 1 must be an integer in 0..9999999, not '-1'",
        ),
        (
            "99999999",
            "",
            "tb_num_inputs.txt: number 0 must be an integer in 0..9999999, not '99999999'",
        ),
        ("1", "0", "tb_input.txt: word 0: words must have 24 bits for 4 axons, not 1"),
        (
            "1",
            packet(0, 0, 0, 15),
            "tb_input.txt: word 0: destination_tick must be in 0..14, not 15",
        ),
        (
            "1",
            packet(-1, 0, 0, 0),
            "tb_input.txt: packet 0: destination_core[0] must be in 0..1, not -1",
        ),
        (
            "1",
            packet(0, 255, 0, 0),
            "tb_input.txt: packet 0: destination_core[1] must be in 0..0, not 255",
        ),
        (
            "1",
            packet(1, 0, 0, 0),
            "tb_input.txt: packet 0: destination_core must be a core, not the bus at [1, 0]",
        ),
    ],
)
def test_inputs_that_are_refused(tmp_path: Path, counts: str, words: str, text: str) -> None:
    assert inputs(tmp_path, counts, words) == text


def test_outputs(tmp_path: Path) -> None:
    (tmp_path / "tb_num_outputs.txt").write_text("")
    (tmp_path / "tb_correct.txt").write_text("")
    assert read_ranc_expected(tmp_path) == []
    (tmp_path / "tb_num_outputs.txt").write_text("2\n0\n1\n")
    (tmp_path / "tb_correct.txt").write_text("01 11\n00")
    assert read_ranc_expected(tmp_path) == [[1, 3], [], [0]]
    (tmp_path / "tb_correct.txt").write_text(f"{'0' * 33}\n" * 3)
    with pytest.raises(FormatError) as error:
        read_ranc_expected(tmp_path)
    assert str(error.value) == "tb_correct.txt: words must have at most 32 bits, not 33"


def test_lists_leave_out_silent_ticks() -> None:
    import numpy as np

    from spikewright.golden import FIRED

    network = Network(RANC, ports=[Port("bus", "output", [(5, 0, 0, 0), (3, 0, 0, 1)])])
    rows = [(2, 0, 0, 0), (2, 0, 0, 1), (4, 0, 0, 2), (9, 0, 0, 0)]
    assert bus_lists(network, np.array(rows, dtype=FIRED)) == [[3, 5], [5]]
    assert bus_lists(network, np.array([], dtype=FIRED)) == []


def refusal(folder: Path, network: Network) -> str:
    with pytest.raises(FormatError) as error:
        write_ranc_memory(network, folder)
    return str(error.value)


def test_networks_that_the_memories_cannot_hold(tmp_path: Path) -> None:
    folder = tmp_path / "net"
    assert refusal(folder, Network(replace(RANC, axons=6))) == (
        "net: architecture: axons must be a power of two, 2 or more, not 6"
    )
    network = chain(ports=[Port("out", "output", [(n + 2, 1, 0, n) for n in range(3)])])
    assert refusal(folder, network) == (
        "net: core (1, 0), neuron 2: line on the bus must be in 0..3, not 4"
    )
    assert not folder.exists()
    network = chain(replace(RANC, inclusive=1))
    assert refusal(folder, network) == "net: architecture: inclusive must be 0, not 1"
    report = write_ranc_memory(network, folder, approximate=True)
    assert report.changes == [
        Change(place="architecture", rule="inclusive must be 0", was="1", now="0")
    ]
    assert report.notes[-1] == (
        "RANC's memory files do not hold the number of the bus's lines: read them with outputs = 3."
    )
    assert not read_ranc_memory(folder)[0].architecture.inclusive
    assert refusal(folder, chain()) == (
        "net: folder: it must be empty or not be there, and has csram_000.mem"
    )


def test_a_fault_leaves_nothing_behind(tmp_path: Path) -> None:
    late = make_spikes([(2**20, 0, 0, 0)])
    with pytest.raises(FormatError) as error:
        write_ranc_memory(chain(), tmp_path / "net", stimulus=late)
    text = "net: stimulus: tick must be in 0..1048575, not 1048576"
    assert str(error.value) == text
    assert list(tmp_path.iterdir()) == []
