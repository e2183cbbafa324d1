"""Recordings and checkpoints as files: nothing is lost, and nothing odd gets in."""

import json
from collections.abc import Callable
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from spikewright.golden import (
    Architecture,
    Port,
    Recording,
    RecordingError,
    Simulator,
    State,
    archive_parts,
    events_digest,
    load_recording,
    load_state,
    make_packets,
    make_spikes,
    network_digest,
    random_network,
    random_packets,
    random_spikes,
    save_recording,
    save_state,
)
from spikewright.golden.archive import write_archive

MESH = Architecture.preset("tiny").with_mesh(3, 2)
NETWORK = random_network(MESH, 1, attached=("west", "east"))
SPIKES, PACKETS = random_spikes(NETWORK, 1, 20), random_packets(NETWORK, 1, 20)
PORT = Port("classes", "output", [(7, 2, 1, 3)])
DIGESTS = {"network_digest": "n" * 64, "stimulus_digest": "s" * 64}


def begun() -> Simulator:
    simulator = Simulator(NETWORK)
    simulator.inject(SPIKES)
    simulator.inject_packets(PACKETS)
    return simulator


@pytest.fixture(scope="module")
def ran() -> tuple[State, Recording]:
    simulator = begun()
    recording = simulator.run(20, np.array([5, 95]))
    assert len(recording.spike_index) > 20
    assert len(recording.outputs)
    return simulator.state(), recording


def same(one: Recording, other: Recording) -> bool:
    return all(
        np.array_equal(getattr(one, field.name), getattr(other, field.name))
        and getattr(getattr(one, field.name), "dtype", None)
        == getattr(getattr(other, field.name), "dtype", None)
        for field in fields(Recording)
    )


def test_round_trip(tmp_path: Path, ran: tuple[State, Recording]) -> None:
    path = tmp_path / "r.npz"
    save_recording(
        path, ran[1], complete=False, engine="numba", attached=NETWORK.attached, ports=[PORT]
    )
    recording, info = load_recording(path)
    assert same(recording, ran[1])
    (port,) = info.pop("ports")
    assert (port.name, port.kind, port.lines.tolist()) == ("classes", "output", [[7, 2, 1, 3]])
    assert info == {"complete": False, "engine": "numba", "attached": ("west", "east")}


def test_what_an_engine_cannot_see(tmp_path: Path, ran: tuple[State, Recording]) -> None:
    seen = replace(ran[1], synaptic_events_per_tick=None, synaptic_events_per_core=None)
    save_recording(tmp_path / "r.npz", seen, complete=True, engine="rtl")
    recording, info = load_recording(tmp_path / "r.npz")
    assert recording.synaptic_events_per_tick is recording.synaptic_events_per_core is None
    assert same(recording, seen)
    assert info == {"complete": True, "engine": "rtl", "attached": (), "ports": ()}


def test_no_tick(tmp_path: Path) -> None:
    empty = Recording.empty(MESH, 7, np.array([3]))
    save_recording(tmp_path / "r.npz", empty, complete=True, engine="numpy")
    assert same(load_recording(tmp_path / "r.npz")[0], empty)


def test_a_run_goes_on_from_a_checkpoint(tmp_path: Path, ran: tuple[State, Recording]) -> None:
    path = tmp_path / "c.npz"
    digests = {
        "network_digest": network_digest(NETWORK),
        "stimulus_digest": events_digest(SPIKES, PACKETS),
    }
    first = begun()
    done = first.run(8, np.array([5, 95]))
    save_state(path, first.state(), done, **digests)

    state, done = load_state(path, **digests)
    assert state.scheduler.dtype == np.bool_
    second = Simulator(NETWORK)
    second.restore(state)
    second.inject(SPIKES[SPIKES["tick"] >= 8])
    second.inject_packets(PACKETS[PACKETS["tick"] >= 8])
    assert same(Recording.joined([done, second.run(12, done.watch)]), ran[1])
    ended = second.state()
    assert np.array_equal(ended.potentials, ran[0].potentials)
    assert np.array_equal(ended.scheduler, ran[0].scheduler)
    assert np.array_equal(ended.random_state, ran[0].random_state)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("network", "network, whose digest is xxxxxxxxxxxx, not of another, 'nnnnnnnnnnnn'"),
        ("stimulus", "stimulus, whose digest is xxxxxxxxxxxx, not of another, 'ssssssssssss'"),
    ],
)
def test_a_checkpoint_of_something_else(
    tmp_path: Path, ran: tuple[State, Recording], name: str, text: str
) -> None:
    save_state(tmp_path / "c.npz", *ran, **DIGESTS)
    with pytest.raises(RecordingError) as error:
        load_state(tmp_path / "c.npz", **DIGESTS | {f"{name}_digest": "x" * 64})
    assert str(error.value) == f"c.npz: the checkpoint must be of this {text}"


def test_a_recording_is_no_checkpoint(tmp_path: Path, ran: tuple[State, Recording]) -> None:
    save_recording(tmp_path / "r.npz", ran[1], complete=True, engine="numpy")
    with pytest.raises(RecordingError) as error:
        load_state(tmp_path / "r.npz", **DIGESTS)
    text = "header format must be 'spikewright-checkpoint', not 'spikewright-recording'"
    assert str(error.value) == f"r.npz: {text}"


Change = Callable[[dict[str, Any], dict[str, Any]], None]


def changed(path: Path, change: Change) -> None:
    with np.load(path) as arrays:
        members = dict(arrays)
    header = json.loads(str(members.pop("header")))
    change(header, members)
    write_archive(path, header, members)


OPTIONAL = "synaptic_events_per_tick, synaptic_events_per_core"


@pytest.mark.parametrize(
    ("header", "text"),
    [
        ({"architecture": []}, "header architecture must be an object, not []"),
        ({"first_tick": -1}, f"header first_tick must be in 0..{2**62}, not -1"),
        ({"first_tick": True}, f"header first_tick must be in 0..{2**62}, not True"),
        ({"missing": 3}, f"header missing must be of {OPTIONAL}, not 3"),
        ({"missing": [[]]}, f"header missing must be of {OPTIONAL}, not [[]]"),
        (
            {"missing": ["synaptic_events_per_core"]},
            "member 'synaptic_events_per_core.npy' must not be there, no such array is known",
        ),
        ({"complete": 1}, "header complete must be a bool, not 1"),
        ({"engine": None}, "header engine must be a str, not None"),
        ({"ports": None}, "header ports must be a list of name and kind, not None"),
        ({"attached": ["up"]}, "header attached must be of west, east, north, south, not 'up'"),
    ],
)
def test_wrong_headers(
    tmp_path: Path, ran: tuple[State, Recording], header: dict[str, Any], text: str
) -> None:
    save_recording(tmp_path / "r.npz", ran[1], complete=True, engine="numpy")
    changed(tmp_path / "r.npz", lambda known, _: known.update(header))
    with pytest.raises(RecordingError) as error:
        load_recording(tmp_path / "r.npz")
    assert str(error.value) == f"r.npz: {text}"


def tiny_recording() -> Recording:
    """Return three ticks with spikes 4, 9 in the first and 2 in the last."""
    return replace(
        Recording.empty(MESH, 5, np.array([0, 1])),
        spikes_per_tick=np.array([2, 0, 1]),
        spike_index=np.array([4, 9, 2], dtype=np.uint32),
        synaptic_events_per_tick=np.zeros(3, int),
        late_per_tick=np.zeros(3, int),
        off_mesh=np.zeros(3, int),
        potentials=np.zeros((3, 2), np.int32),
        outputs=make_packets([(5, "west", 0, 0, 0, 0, 0)]),
    )


@pytest.mark.parametrize(
    ("arrays", "text"),
    [
        (
            {"spikes_per_tick": np.array([2, 0, 2])},
            "spike_index must have 4 entries, not 3",
        ),
        (
            {"spikes_per_tick": np.array([4, 0, -1])},
            f"spikes_per_tick 2 must be in 0..{2**62}, not -1",
        ),
        (
            {"spikes_per_tick": np.array([2**61] * 3)},
            f"spikes_per_tick 0 must be in 0..3, not {2**61}",
        ),
        (
            {"spike_index": np.array([9, 4, 2], np.uint32)},
            "spike_index 1 must be above 9, the one before it in its tick, not 4",
        ),
        (
            {"spike_index": np.array([4, 96, 2], np.uint32)},
            "spike_index 1 must be in 0..95, not 96",
        ),
        ({"watch": np.array([0, 96])}, "watch 1 must be in 0..95, not 96"),
        ({"watch": np.array([0])}, "member potentials.npy must have shape (3, 1), not (3, 2)"),
        ({"off_mesh": np.zeros(2, int)}, "member off_mesh.npy must have shape (3,), not (2,)"),
        (
            {"late_per_core": np.zeros(5, int)},
            "member late_per_core.npy must have shape (6,), not (5,)",
        ),
        ({"output_tick": np.array([8])}, "output_tick 0 must be in 4..7, not 8"),
        (
            {"output_side": np.array(["up"], "U5")},
            "output_side 0 must be of west, east, north, south, not 'up'",
        ),
        (
            {"output_dx": np.zeros(2, np.int32)},
            "member output_dx.npy must have shape (1,), not (2,)",
        ),
    ],
)
def test_wrong_arrays(tmp_path: Path, arrays: dict[str, Any], text: str) -> None:
    path = tmp_path / "r.npz"
    save_recording(path, tiny_recording(), complete=True, engine="numpy")
    assert same(load_recording(path)[0], tiny_recording())
    changed(path, lambda _, known: known.update(arrays))
    with pytest.raises(RecordingError) as error:
        load_recording(path)
    assert str(error.value) == f"r.npz: {text}"


@pytest.mark.parametrize(
    ("change", "text"),
    [
        (
            lambda header, _: header.update(tick=21),
            "header tick must be 20, where the recording ends, not 21",
        ),
        (
            lambda _, arrays: arrays["state_potentials"].fill(97),
            "state_potentials 0, 0 must be in -96..96, not 97",
        ),
        (
            lambda _, arrays: arrays["state_random"].fill(0),
            "state_random 0 must be in 1..4294967295, not 0",
        ),
        (
            lambda _, arrays: arrays.pop("state_scheduler"),
            "member state_scheduler.npy must be there once, not 0 times",
        ),
        (
            lambda header, _: header.update(network=["n"]),
            "the checkpoint must be of this network, whose digest is nnnnnnnnnnnn, not of another, "
            "['n']",
        ),
    ],
)
def test_wrong_checkpoints(
    tmp_path: Path, ran: tuple[State, Recording], change: Change, text: str
) -> None:
    save_state(tmp_path / "c.npz", *ran, **DIGESTS)
    changed(tmp_path / "c.npz", change)
    with pytest.raises(RecordingError) as error:
        load_state(tmp_path / "c.npz", **DIGESTS)
    assert str(error.value) == f"c.npz: {text}"


def test_bits_that_would_fill_the_memory(
    tmp_path: Path, ran: tuple[State, Recording], monkeypatch: pytest.MonkeyPatch
) -> None:
    save_state(tmp_path / "c.npz", *ran, **DIGESTS)
    monkeypatch.setattr(archive_parts, "FREE_BYTES", 1000)
    with pytest.raises(RecordingError) as error:
        load_state(tmp_path / "c.npz", **DIGESTS)
    text = "member state_scheduler.npy must hold at most 1000 bits, not (6, 16, 16)"
    assert str(error.value) == f"c.npz: {text}"


def test_digests_of_events() -> None:
    one = events_digest(SPIKES, PACKETS)
    assert len(one) == 64
    assert one == events_digest(SPIKES.copy(), PACKETS)
    assert len({one, events_digest(SPIKES), events_digest(SPIKES[1:], PACKETS)}) == 3
    assert events_digest(make_spikes(), PACKETS) != events_digest(PACKETS, make_spikes())
