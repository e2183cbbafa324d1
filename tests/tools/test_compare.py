"""`spikewright compare`, on the RTL of a chip of one small core."""

from __future__ import annotations

import json
import re
import runpy
from functools import partial
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from spikewright.golden import (
    Architecture,
    Network,
    make_packets,
    make_spikes,
    random_network,
    random_packets,
    random_spikes,
    save_events,
)
from spikewright.tools.compare import RANDOM_ATTACHED
from spikewright.tools.comparison import compare
from spikewright.tools.engine import chip_verilog

helpers = SimpleNamespace(**runpy.run_path(str(Path(__file__).with_name("command_helpers.py"))))
invoke = partial(helpers.invoke, "compare")

TINY = Architecture.preset("tiny").with_mesh(1, 1)
RANDOM = ("--random", "1", "--mesh", "1x1")
TICK, NEURON = 5, 3


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def network():
    return random_network(TINY, 2, attached=RANDOM_ATTACHED)


def planted(verilog: str) -> str:
    """Return a chip that shows one bit wrong: of neuron 3, in the tick of slot 5."""
    wire = (
        f"  wire [8:0] spoilt;\n  assign trace_0__potential = spoilt ^ "
        f"(slot == 4'd{TICK} && trace_0__neuron == 4'd{NEURON});\n"
    )
    port = "  output [8:0] trace_0__potential;\n"
    pin = ".trace__potential(trace_0__potential)"
    assert (verilog.count(port), verilog.count(pin)) == (1, 1)
    return verilog.replace(port, wire + port).replace(pin, ".trace__potential(spoilt)")


# Agreement.


def test_random_program_agrees(here):
    status, text, _ = invoke(*RANDOM)
    assert status == 0
    assert "AGREE: 64 ticks, 1,024 potentials and spikes" in text
    assert re.search(r"cycles a tick; N \+ E = [\d.]+ with N = 16; constant \d", text)
    assert re.search(r"^ *0\.\.3 .* yes *$", text, re.MULTILINE)
    assert list(here.iterdir()) == []


@pytest.mark.parametrize("seed", range(2, 12))
def test_more_random_programs_agree(seed):
    network = random_network(TINY, seed, attached=RANDOM_ATTACHED, density=0.1 * (seed % 7 + 1))
    ticks = 100
    result = compare(
        network,
        spikes=random_spikes(network, seed, ticks, rate=0.02 * seed),
        packets=random_packets(network, seed, ticks, per_tick=seed),
        ticks=ticks,
    )
    assert result.difference is None
    fit = result.log.fit()
    assert 0 < fit.lowest <= fit.highest <= 10


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(4))
def test_random_programs_agree_on_a_mesh(seed):
    status, text, _ = invoke("--random", seed, "--ticks", "200")
    assert status == 0, text


def test_json():
    status, text, _ = invoke(*RANDOM, "--ticks", "20", "--json")
    report = json.loads(text)
    assert (status, report["agree"], report["difference"], report["waves"]) == (0, True, None, None)
    assert report["ticks"] == report["ticks_wanted"] == 20
    assert report["attached"] == ["west", "east"]
    assert {len(values) for values in report["per_tick"].values()} == {20}
    busy, busiest = (np.array(report["per_tick"][name]) for name in ("busy_cycles", "busiest"))
    constant = busy - busiest - report["cycles"]["neurons"]
    assert [constant.min(), constant.max()] == [
        report["cycles"]["lowest"],
        report["cycles"]["highest"],
    ]


def test_files_of_network_spikes_and_packets(network):
    network.save("net.npz")
    save_events("spikes.csv", random_spikes(network, 1, 30))
    save_events("packets.npz", random_packets(network, 1, 50))
    status, text, _ = invoke(
        "net.npz", "--stimulus", "spikes.csv", "--packets", "packets.npz", "--json"
    )
    report = json.loads(text)
    # The last packet enters in tick 49; until its spike is through take sixteen more.
    assert (status, report["agree"], report["ticks"]) == (0, True, 66)
    assert sum(report["per_tick"]["spikes"]) > 0


def test_spikes_attach_the_west_side():
    network = random_network(TINY, 4, attached=("east",))
    result = compare(network, spikes=make_spikes([(0, 0, 0, 1), (3, 0, 0, 2)]), ticks=40)
    assert result.agree
    assert result.network.attached == ("west", "east")
    assert network.attached == ("east",)


def test_sides_in_another_order_are_the_same_chip(network):
    turned = Network(TINY, attached=network.attached[::-1], **network.arrays())
    assert compare(turned, ticks=3).network.attached == network.attached


# A planted fault.


@pytest.mark.slow
def test_planted_fault_and_its_waveform(here, network):
    pywellen = pytest.importorskip("pywellen")
    result = compare(
        network,
        spikes=random_spikes(network, 1, 40),
        ticks=40,
        verilog=planted(chip_verilog(TINY, RANDOM_ATTACHED).read_text()),
        waves=here / "waves",
        name="net",
    )
    difference = result.difference
    assert difference.place == f"tick {TICK}, core (0, 0), neuron {NEURON}"
    assert abs(difference.rtl["potential"] ^ difference.golden["potential"]) == 1
    assert (len(result.log), result.ticks) == (TICK + 1, 40)
    waves = result.waves
    assert (waves.first_tick, waves.last_tick) == (3, 6)
    assert list((here / "waves").iterdir()) == [waves.path]
    assert waves.path.name == "net-tick5.fst"

    signals = {v.full_name: v.signal for v in pywellen.Waveform(str(waves.path)).all_vars()}
    assert [value for _, value in signals["TOP.slot"]] == [3, 4, 5, 6]
    starts = [time for time, value in signals["TOP.start"] if value]
    assert len(starts) == 4
    # Within the third tick shown, the one time that neuron 3 is retired.
    (time,) = [
        time
        for time, value in signals["TOP.trace_0__neuron"]
        if value == NEURON and starts[2] < time < starts[3]
    ]
    seen = signals["TOP.trace_0__potential"].value_at(time)
    assert seen == difference.rtl["potential"] % 512


@pytest.mark.slow
def test_planted_fault_is_printed_with_status_1(here, network, monkeypatch):
    network.save("net.npz")
    text = planted(chip_verilog(TINY, RANDOM_ATTACHED).read_text())
    (here / "mesh.v").write_text(text)
    monkeypatch.setattr("spikewright.tools.engine.chip_verilog", lambda *_, **__: here / "mesh.v")
    status, text, _ = invoke("net.npz", "--ticks", "20")
    assert status == 1
    assert re.search(r"^ *5 .* NO *$", text, re.MULTILINE)
    assert re.search(
        r"^DIFFER at tick 5, core \(0, 0\), neuron 3: RTL potential -?\d+, spike [01]; "
        r"golden potential -?\d+, spike [01]$",
        text,
        re.MULTILINE,
    )
    assert "Waveform of ticks 3..6: build/waves/net-tick5.fst" in text
    assert "Tick 5 begins with pulse 3 of `start`" in text
    assert Path("build/waves/net-tick5.fst").is_file()

    status, text, _ = invoke("net.npz", "--ticks", "20", "--waves", "w", "--json")
    report = json.loads(text)
    assert (status, report["agree"], report["difference"]["tick"]) == (1, False, 5)
    assert report["waves"]["path"] == "w/net-tick5.fst"


def test_difference_is_told_where_no_waveform_can_be_written(
    here, network, golden_chip, monkeypatch
):
    from spikewright.verif.errors import ToolError

    def spoil(values, first):
        if first == 0:
            values["potentials"][4, 0, 2] += 1

    def chip(*_, waves, **__):
        if waves:
            raise ToolError("lz4.h is missing")
        return golden_chip(network, spoil)

    monkeypatch.setattr("spikewright.tools.comparison.compiled_chip", chip)
    network.save("net.npz")
    status, text, _ = invoke("net.npz")
    assert status == 1
    assert "DIFFER at tick 4, core (0, 0), neuron 2: RTL " in text
    assert text.endswith("No waveform: lz4.h is missing\n")
    assert [path.name for path in here.iterdir()] == ["net.npz"]


# Bad input: one sentence, status 2, nothing left behind.


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ((), "compare needs a network file, or else --random SEED: give one of the two."),
        (
            ("net.npz", "--random", "1"),
            "compare needs a network file, or else --random SEED: give one of the two.",
        ),
        ((*RANDOM, "--sim", "icarus"), "--sim must be verilator, not 'icarus'."),
        ((*RANDOM, "--core", "axon"), "--core must be event or neuron, not 'axon'."),
        ((*RANDOM, "--ticks", "0"), "--ticks must be at least 1, not 0."),
        (("--random", "-1"), "--random must be at least 0, not -1."),
        (
            ("--random", "1", "--mesh", "2by2"),
            "--mesh must be WIDTHxHEIGHT, such as 2x2, not '2by2'.",
        ),
        (
            ("--random", "1", "--mesh", "9x1"),
            "width must be at most 8, which offset_bits = 4 can cross, not 9",
        ),
        (
            ("--random", "1", "--preset", "huge"),
            "preset must be one of truenorth, tiny, ranc, not 'huge'",
        ),
        (
            ("net.npz", "--preset", "tiny"),
            "--preset must come with --random, not with a file, whose architecture is its own.",
        ),
        (
            ("net.npz", "--mesh", "1x1"),
            "--mesh must come with --random, not with a file, whose architecture is its own.",
        ),
        (("net.npz", "--waves", "net.npz"), "--waves must be a folder, not the file net.npz."),
        (("none.npz",), "Cannot use none.npz: No such file or directory."),
        (("cut.npz",), "cut.npz: the file must be a whole zip archive, and is not"),
        (("text.npz",), "text.npz: the file must be a whole zip archive, and is not"),
        (
            ("events.npz",),
            "events.npz: header format must be 'spikewright-network', not 'spikewright-packets'",
        ),
        (
            ("wrong.npz",),
            "wrong.npz: weights of core (0, 0), neuron 2, type 1 must be in -7..7, not 9",
        ),
        (
            ("net.npz", "--stimulus", "bad.csv"),
            "bad.csv:3: axon must be an integer, not 'two'",
        ),
        (
            ("net.npz", "--stimulus", "far.csv"),
            "far.csv: spikes row 1: axon must be in 0..15, not 16",
        ),
        (
            ("net.npz", "--packets", "north.npz"),
            "north.npz: packets row 0: side must be attached (west, east), not 'north'",
        ),
        (
            ("net.npz", "--stimulus", "late.csv"),
            "--ticks must be given where events reach beyond tick 100000, here to 900000000.",
        ),
        (("net.npz", "--stimulus", "a.txt"), "a.txt: suffix must be .csv or .npz, not '.txt'"),
    ],
)
def test_bad_input(here, network, arguments, sentence):
    network.save("net.npz")
    whole = Path("net.npz").read_bytes()
    Path("cut.npz").write_bytes(whole[: len(whole) // 2])
    Path("text.npz").write_text("no network\n")
    save_events("events.npz", make_packets())
    save_events("north.npz", make_packets([(0, "north", 0, 0, -1, 1, 1)]))
    Path("bad.csv").write_text("tick,x,y,axon\n0,0,0,1\n0,0,0,two\n")
    save_events("far.csv", make_spikes([(0, 0, 0, 15), (0, 0, 0, 16)]))
    save_events("late.csv", make_spikes([(900_000_000, 0, 0, 0)]))
    _save_wrong()
    before = sorted(here.iterdir())
    status, text, message = invoke(*arguments)
    assert (status, text, message) == (2, "", sentence + "\n")
    assert sorted(here.iterdir()) == before


def _save_wrong():
    """Write a network with a weight that its architecture has no room for."""
    with np.load("net.npz") as archive:
        arrays = dict(archive)
    arrays["weights"][0, 2, 1] = 9
    np.savez("wrong.npz", **arrays)


def test_missing_compiler(here, network, monkeypatch):
    network.save("net.npz")
    monkeypatch.setenv("SPIKEWRIGHT_BUILD", str(here / "sim"))
    monkeypatch.setenv("PATH", str(here))
    status, text, message = invoke("net.npz")
    assert (status, text) == (2, "")
    assert message == (
        "g++ and make and ar are missing to compile a Verilated model: apt install g++ make "
        "binutils\n"
    )
    assert sorted(path.name for path in here.iterdir()) == ["net.npz"]


def test_verilog_that_verilator_refuses(here, network):
    from spikewright.verif.errors import ToolError

    text = chip_verilog(TINY, RANDOM_ATTACHED).read_text() + "\nmodule broken; nonsense\n"
    with pytest.raises(ToolError, match=r"^Verilator must accept mesh_harness, and says: %Error"):
        compare(network, ticks=1, verilog=text, root=here / "sim")
    assert not list((here / "sim").glob("mesh*"))
