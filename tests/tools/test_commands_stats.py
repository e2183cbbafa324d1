"""`spikewright stats`: the figures that `golden.statistics` finds, printed and as JSON."""

from __future__ import annotations

import json
import re
import runpy
from dataclasses import replace
from functools import partial
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from spikewright.golden import (
    Architecture,
    Network,
    Recording,
    Simulator,
    make_packets,
    make_spikes,
    measure,
    predict_energy,
    random_network,
    random_packets,
    random_spikes,
    save_events,
    save_recording,
)

helpers = SimpleNamespace(**runpy.run_path(str(Path(__file__).with_name("command_helpers.py"))))
invoke = partial(helpers.invoke, "stats")

TINY = Architecture.preset("tiny")
TICKS = 50


@pytest.fixture
def network():
    return random_network(TINY.with_mesh(3, 2), 3, attached=("west",), off_mesh=0.2)


@pytest.fixture
def packets(network):
    return random_packets(network, 3, TICKS)


@pytest.fixture
def recording(network, packets):
    simulator = Simulator(network)
    simulator.inject(random_spikes(network, 1, TICKS))
    simulator.inject_packets(packets)
    return simulator.run(TICKS)


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch, network, recording, packets):
    monkeypatch.chdir(tmp_path)
    network.save("net.npz")
    save_recording("rec.npz", recording, complete=True, engine="numpy")
    save_events("packets.npz", packets)
    return tmp_path


def rows(text: str) -> dict[str, list[str]]:
    """Return the cells of each line of the tables by the first one."""
    lines = [re.split(r" {2,}", line.strip()) for line in text.splitlines() if line]
    return {cells[0]: cells[1:] for cells in reversed(lines)}


def test_tables(network, recording):
    status, text, message = invoke("rec.npz", "--network", "net.npz")
    assert (status, message) == (0, "")
    statistics = measure(recording, network)
    assert text.startswith(
        "3 x 2 cores of 16 axons and 16 neurons; ticks 0 to 49, 0.05 s in real time; engine numpy\n"
    )
    table = rows(text)
    for name, values in (
        ("spikes", recording.spikes_per_tick),
        ("synaptic operations", recording.synaptic_events_per_tick),
        ("packets sent", statistics.packets_per_tick),
        ("late, dropped", recording.late_per_tick),
        ("off the mesh, dropped", recording.off_mesh),
    ):
        peak = int(values.argmax())
        assert table[name] == [
            f"{values.sum():,}",
            f"{values.mean():.3g}",
            f"{values[peak]}",
            f"{peak}",
        ]
    rate = recording.spikes_per_tick.sum() / (96 * TICKS)
    assert table["mean of all neurons"] == [f"{rate:.3g}", f"{1000 * rate:.3g}", "of 96"]
    traffic = statistics.traffic
    x, y = traffic.across()
    assert table["hops"] == [f"{x + y:,}", f"{x:,} in x, {y:,} in y"]
    assert table["delivered to cores"][0] == f"{traffic.arrivals.sum():,}"
    hot = statistics.hot_links(5)
    assert [table[str(number)][0] for number in range(1, 6)] == [f"({h.x}, {h.y})" for h in hot]
    assert table["1"][1:] == [hot[0].side, f"{hot[0].packets:,}", f"{hot[0].per_tick:.3g}"]
    energy = predict_energy(statistics)
    assert table["sum"] == [f"{energy.joules * 1e9:.4g} nJ"]
    assert f"Source: {energy.model.source}.\n" in text
    assert f"Holds at: {energy.model.conditions}.\n" in text
    assert "leaves out links to other chips and the board.\n" in text
    assert all(f"Note: {note}.\n" in text for note in energy.notes)


def test_json(network, recording):
    status, text, _ = invoke("rec.npz", "--network", "net.npz", "--json", "--top", "2")
    report = json.loads(text)
    statistics = measure(recording, network)
    traffic = statistics.traffic
    assert status == 0
    assert report["architecture"] == network.architecture.to_dict()
    assert (report["engine"], report["complete"]) == ("numpy", True)
    assert (report["first_tick"], report["ticks"]) == (0, TICKS)
    assert report["spikes"] == len(recording.spike_index)
    assert report["synaptic_events"] == recording.synaptic_events_per_tick.sum()
    assert report["packets"] == {
        "sent": statistics.packets,
        "injected": 0,
        "delivered": traffic.arrivals.sum(),
        "left": traffic.left,
        "late": recording.late_per_tick.sum(),
        "off_mesh": recording.off_mesh.sum(),
    }
    assert report["hops"]["total"] == traffic.total_hops
    assert report["hops"]["packets_by_hops"] == traffic.hops.tolist()
    assert report["rates"]["mean"] == pytest.approx(statistics.mean_rate)
    assert report["per_tick"]["spikes"] == recording.spikes_per_tick.tolist()
    assert {len(values) for values in report["per_tick"].values()} == {TICKS}
    assert {len(values) for values in report["per_core"].values()} == {6}
    assert list(report["links"]) == ["west", "east", "north", "south"]
    assert np.array_equal(list(report["links"].values()), traffic.links)
    assert report["hot_links"] == [link._asdict() for link in statistics.hot_links(2)]
    energy = predict_energy(statistics)
    assert report["energy"]["model"] == "truenorth"
    assert report["energy"]["joules"] == pytest.approx(energy.joules)
    assert [term["within_another"] for term in report["energy"]["terms"]] == [False, True]


def test_injected_packets(network, recording, packets):
    report = json.loads(
        invoke("rec.npz", "--network", "net.npz", "--packets", "packets.npz", "--json")[1]
    )
    traffic = measure(recording, network, packets=packets).traffic
    assert report["packets"]["injected"] == len(packets)
    assert report["hops"]["total"] == traffic.total_hops
    assert sum(report["packets"]["left"].values()) == len(recording.outputs) + sum(
        report["per_tick"]["off_mesh"]
    )


def test_other_energy(network, recording):
    report = json.loads(invoke("rec.npz", "--network", "net.npz", "--energy", "loihi", "--json")[1])
    energy = predict_energy(measure(recording, network), "loihi")
    assert report["energy"]["joules"] == pytest.approx(energy.joules)
    text = invoke("rec.npz", "--network", "net.npz", "--energy", "loihi")[1]
    table = rows(text)
    assert table["hops north or south"][:2] == ["4 pJ", f"{energy.terms[-1].count:,}"]
    assert "10.1109/MM.2018.112130359" in text


def test_top():
    text = invoke("rec.npz", "--network", "net.npz", "--top", "1")[1]
    assert "busiest cores" in text
    assert "2" not in rows(text)
    text = invoke("rec.npz", "--network", "net.npz", "--top", "0")[1]
    assert "busiest cores" not in text
    assert "hottest links" not in text


def test_interrupted_run_of_an_engine_that_sees_no_synapses(recording):
    blind = replace(recording, synaptic_events_per_tick=None, synaptic_events_per_core=None)
    save_recording("rec.npz", blind, complete=False, engine="rtl")
    status, text, _ = invoke("rec.npz", "--network", "net.npz", "--energy", "core-2011")
    assert status == 0
    assert "engine rtl\nThe run was interrupted: these are the ticks that were done.\n" in text
    assert rows(text)["synaptic operations"] == ["not seen"]
    report = json.loads(
        invoke("rec.npz", "--network", "net.npz", "--energy", "core-2011", "--json")[1]
    )
    assert (report["complete"], report["synaptic_events"]) == (False, None)
    assert report["per_core"]["synaptic_events"] is None
    assert invoke("rec.npz", "--network", "net.npz") == (
        2,
        "",
        "energy model truenorth must have the synaptic operations of the run, which the engine of "
        "this recording could not see\n",
    )


def test_silence():
    network = Network(TINY)
    network.save("net.npz")
    save_recording("rec.npz", Simulator(network).run(2), complete=True, engine="numpy")
    status, text, _ = invoke("rec.npz", "--network", "net.npz")
    assert status == 0
    table = rows(text)
    assert table["spikes"] == ["0", "0", "0"]
    assert table["sum"] == ["0 J"]
    assert "busiest" not in text.replace("busiest tick", "")
    assert invoke("rec.npz", "--network", "net.npz", "--json")[0] == 0


# Bad input: one sentence, status 2.


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("--top", "-1"), "--top must be at least 0, not -1."),
        (
            ("--energy", "brain"),
            "--energy must be of truenorth, truenorth-46gsops, core-2011, loihi, not 'brain'.",
        ),
        (
            ("--packets", "spikes.npz"),
            "spikes.npz: header format must be 'spikewright-packets', not 'spikewright-spikes'",
        ),
        (
            ("--packets", "north.csv"),
            "north.csv: packets row 0: side must be attached (west), not 'north'",
        ),
    ],
)
def test_bad_input(arguments, sentence):
    save_events("spikes.npz", make_spikes())
    save_events("north.csv", make_packets([(0, "north", 0, 0, -1, 1, 1)]))
    status, text, message = invoke("rec.npz", "--network", "net.npz", *arguments)
    assert (status, text, message) == (2, "", sentence + "\n")


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (
            ("none.npz", "--network", "net.npz"),
            "Cannot use none.npz: No such file or directory.",
        ),
        (
            ("rec.npz", "--network", "none.npz"),
            "Cannot use none.npz: No such file or directory.",
        ),
        (
            ("rec.npz", "--network", "other.npz"),
            "other.npz: the network must be the one of rec.npz, with width = 3, not 2.",
        ),
        (
            ("empty.npz", "--network", "other.npz"),
            "empty.npz: the recording must have at least one tick, and has none.",
        ),
        (
            ("net.npz", "--network", "net.npz"),
            "net.npz: header format must be 'spikewright-recording', not 'spikewright-network'",
        ),
    ],
)
def test_bad_files(arguments, sentence):
    Network(TINY).save("other.npz")
    save_recording("empty.npz", Recording.empty(TINY), complete=False, engine="numpy")
    assert invoke(*arguments) == (2, "", sentence + "\n")
    assert not Path("build").exists()
