"""Recordings of a chip: they are the golden model's, and play in Icarus to the bit."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from spikewright.golden.architecture import Architecture
from spikewright.golden.programs import random_network, random_packets
from spikewright.verif.blocks import block_named, portable
from spikewright.verif.design import Options
from spikewright.verif.errors import ToolError
from spikewright.verif.plain_bench import RESULT, bench_files, read_verdict, run_icarus
from spikewright.verif.recorder import Program, Recorded, check_against_golden, record
from spikewright.verif.vector_rows import hex_rows
from spikewright.verif.vectors import VerilatedUnit

BLOCK = block_named("core")
TINY = BLOCK.shaped(Architecture.preset("tiny"))

needs_icarus = pytest.mark.skipif(
    shutil.which("iverilog") is None, reason="Icarus Verilog is not installed"
)


@pytest.fixture(scope="module")
def verilog() -> str:
    return portable(BLOCK.verilog(TINY))


@pytest.fixture(scope="module")
def program() -> Program:
    network = random_network(TINY, 3, attached=BLOCK.attached, density=0.4)
    packets = random_packets(network, 4, 18)
    return Program(network=network, ticks=18, packets=packets, idle=0.3, stall=0.3)


@pytest.fixture(scope="module")
def recorded(verilog: str, program: Program) -> Iterator[Recorded]:
    with VerilatedUnit(BLOCK.design(TINY, verilog=verilog), options=Options(quick=True)) as unit:
        yield record(unit, "mesh", program)


def test_a_recording_is_the_golden_models(recorded: Recorded, program: Program) -> None:
    assert check_against_golden(recorded, program) > 16 * 18 * 3
    assert len(recorded.starts) == 18
    assert recorded.vectors.rows > recorded.starts[-1] > recorded.programmed > 16 * 4


@pytest.mark.parametrize(
    ("port", "told"),
    [
        ("trace_0__potential", r"differs in tick \d+: potential of core 0"),
        ("trace_0__spike", r"differs in tick \d+: spike of core 0"),
        ("late_0", "differs at the end: late of core 0 must be \\d+, not \\d+"),
    ],
)
def test_another_recording_is_refused(
    recorded: Recorded, program: Program, port: str, told: str
) -> None:
    spoilt = dict(recorded.vectors.expected)
    spoilt[port] = spoilt[port] ^ 1
    wrong = replace(recorded, vectors=replace(recorded.vectors, expected=spoilt))
    with pytest.raises(ToolError, match=f"^Recording must equal the golden model, and {told}$"):
        check_against_golden(wrong, program)


def test_a_packet_that_is_missing_is_seen(recorded: Recorded, program: Program) -> None:
    spoilt = dict(recorded.vectors.expected)
    spoilt["west_out_0__valid"] = np.zeros_like(spoilt["west_out_0__valid"])
    wrong = replace(recorded, vectors=replace(recorded.vectors, expected=spoilt))
    with pytest.raises(ToolError, match=r"^Recording must .* in the packets that leave: \d+, not"):
        check_against_golden(wrong, program)


def test_rows_hold_every_port(recorded: Recorded) -> None:
    vectors = recorded.vectors
    lines = hex_rows(vectors.inputs, vectors.stimulus).splitlines()
    assert len(lines) == vectors.rows
    low = 0
    row = recorded.starts[3]
    for name, port in vectors.inputs.items():
        value = int(lines[row], 16) >> low & ((1 << port.width) - 1)
        if port.width <= 64:
            assert value == int(vectors.stimulus[name][row]), name
        low += port.width


def play(recorded: Recorded, verilog: str, folder: Path) -> tuple[bool, tuple[str, ...]]:
    for name, text in {"mesh.v": verilog, **bench_files(recorded.vectors, "bench")}.items():
        (folder / name).write_text(text)
    sources = [folder / "mesh.v", folder / "bench.v"]
    verdict = run_icarus(sources, "bench", folder, timeout=120)
    assert verdict.rows == recorded.vectors.rows
    return verdict.ok, verdict.told


@needs_icarus
def test_icarus_agrees(recorded: Recorded, verilog: str, tmp_path: Path) -> None:
    assert play(recorded, verilog, tmp_path) == (True, (f"PASS: {recorded.vectors.rows} cycles",))


@needs_icarus
@pytest.mark.parametrize(
    ("pattern", "fault"),
    [
        # The last neuron, the pace of a sweep, a flag that is not known.
        (r"neuron == 4'hf", "neuron == 4'he"),
        (r"next_row < 4'hf", "next_row < 4'h7"),
        (r"unsettled <= \\\$\d+", "unsettled <= 1'hx"),
    ],
)
def test_a_fault_is_found(
    recorded: Recorded, verilog: str, tmp_path: Path, pattern: str, fault: str
) -> None:
    spoilt, count = re.subn(pattern, fault, verilog)
    assert count
    ok, told = play(recorded, spoilt, tmp_path)
    assert not ok
    assert re.fullmatch(r"row \d+: \w+ is \w+, not \w+", told[0])


@needs_icarus
def test_vectors_that_are_missing_are_no_pass(
    recorded: Recorded, verilog: str, tmp_path: Path
) -> None:
    play(recorded, verilog, tmp_path)
    (tmp_path / "stimulus.hex").write_text("0\n")
    sources = [tmp_path / "mesh.v", tmp_path / "bench.v"]
    assert not run_icarus(sources, "bench", tmp_path, timeout=120).ok


@needs_icarus
def test_what_does_not_compile_is_told(tmp_path: Path) -> None:
    (tmp_path / "wrong.v").write_text("module wrong; assign; endmodule\n")
    with pytest.raises(ToolError, match=r"^Icarus must compile wrong, and says: .*wrong\.v:1: "):
        run_icarus([tmp_path / "wrong.v"], "wrong", tmp_path, timeout=60)


@needs_icarus
def test_a_bench_that_does_not_end_is_stopped(tmp_path: Path) -> None:
    (tmp_path / "b.v").write_text("module b; reg c = 0; always #1 c = ~c; endmodule\n")
    with pytest.raises(ToolError, match=r"^Bench b must end within 3 s, and does not$"):
        run_icarus([tmp_path / "b.v"], "b", tmp_path, timeout=3)


@pytest.mark.parametrize("text", ["", "PASS", "FAIL 3", "PASSED 10"])
def test_a_verdict_must_be_whole(tmp_path: Path, text: str) -> None:
    (tmp_path / RESULT).write_text(text)
    with pytest.raises(ToolError, match=r"^Bench must leave its verdict in .*, and leaves "):
        read_verdict(tmp_path)


def test_no_cycles_are_no_pass(tmp_path: Path) -> None:
    (tmp_path / RESULT).write_text("PASS 0\n")
    assert not read_verdict(tmp_path).ok
