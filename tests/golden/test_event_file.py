"""Files of events: both kinds, three sorts, and what is refused in them."""

import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from spikewright.golden import (
    FIRED,
    PACKET,
    SPIKE,
    Architecture,
    Network,
    Port,
    StimulusError,
    load_events,
    load_stimulus,
    make_packets,
    make_spikes,
    ports,
    random_network,
    random_packets,
    random_spikes,
    save_events,
)

MESH = Architecture.preset("tiny").with_mesh(3, 2)
SIDES = "west, east, north, south"
# Line 1 of "image" reaches two axons; "classes" is no way in.
PORTS = Network(
    MESH,
    ports=(
        Port("image", "input", [(0, 0, 0, 5), (1, 2, 0, 15), (1, 2, 1, 0), (4, 1, 1, 1)]),
        Port("cue", "input", [(0, 0, 0, 5)]),
        Port("classes", "output", [(0, 0, 0, 5)]),
    ),
)


def refusal(function: Any, *arguments: Any) -> str:
    with pytest.raises(StimulusError) as error:
        function(*arguments)
    return str(error.value)


@pytest.mark.parametrize("suffix", ["csv", "npz"])
def test_round_trip(tmp_path: Path, suffix: str) -> None:
    network = random_network(MESH, 0, attached=("west", "north"))
    fired = np.array([(0, 2, 1, 15), (7, 0, 0, 3)], dtype=FIRED)
    spikes, packets = random_spikes(network, 0, 5), random_packets(network, 0, 5)
    for events in (spikes, packets, fired, make_spikes()):
        path = tmp_path / f"events.{suffix}"
        save_events(path, events)
        loaded = load_events(path, events.dtype)
        assert loaded.dtype == events.dtype
        assert np.array_equal(loaded, events)


def test_text(tmp_path: Path) -> None:
    path = tmp_path / "spikes.csv"
    save_events(path, make_spikes([(3, 1, 0, 15)]))
    assert path.read_bytes() == b"tick,x,y,axon\n3,1,0,15\n"


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (b"", "p.csv:1: header must be tick,side,position,dx,dy,slot,axon"),
        (b"tick,x\n", "p.csv:1: header must be tick,side,position,dx,dy,slot,axon"),
        (b"HEAD\n0,west,0,0,0,0\n", "p.csv:2: row must have 7 values, not 6"),
        (
            b"HEAD\n0,west,0,0,0,0,1\n0,west,0,0,0,0,x\n",
            "p.csv:3: axon must be an integer, not 'x'",
        ),
        (b"HEAD\n0,up,0,0,0,0,1\n", f"p.csv:2: side must be of {SIDES}, not 'up'"),
        (
            b"HEAD\n0,west,0,99999999999,0,0,1\n",
            "p.csv:2: dx must be in -2147483648..2147483647, not 99999999999",
        ),
        (b"HEAD\n\xff\xfe\n", "p.csv: must be a text of comma-separated values"),
        (b"HEAD\n0,\0\n", "p.csv:2: row must have 7 values, not 2"),
    ],
)
def test_refused_text(tmp_path: Path, content: bytes, text: str) -> None:
    path = tmp_path / "p.csv"
    path.write_bytes(content.replace(b"HEAD", b"tick,side,position,dx,dy,slot,axon"))
    assert refusal(load_events, path, PACKET) == text


def test_one_kind_is_not_the_other(tmp_path: Path) -> None:
    path = tmp_path / "e.npz"
    save_events(path, make_spikes())
    text = "e.npz: header format must be 'spikewright-packets', not 'spikewright-spikes'"
    assert refusal(load_events, path, PACKET) == text
    save_events(path, np.empty(0, FIRED))
    text = "e.npz: header format must be 'spikewright-spikes', not 'spikewright-fired'"
    assert refusal(load_stimulus, path, PORTS) == text


def test_refused_archives(tmp_path: Path) -> None:
    path = tmp_path / "e.npz"
    save_events(path, make_packets([(0, "west", 0, 0, 0, 0, 0)]))
    with np.load(path) as arrays:
        members = dict(arrays)
    np.savez(path, **members | {"axon": np.zeros(2, np.int32)})
    text = "e.npz: member axon.npy must have shape (1,), not (2,)"
    assert refusal(load_events, path, PACKET) == text
    np.savez(path, **members | {"tick": np.zeros((1, 1), np.int64)})
    assert refusal(load_events, path, PACKET) == (
        "e.npz: member tick.npy must have one axis, not 2"
    )
    np.savez(path, **members | {"side": np.array(["up"], "U5")})
    text = f"e.npz: row 0: side must be of {SIDES}, not 'up'"
    assert refusal(load_events, path, PACKET) == text


def test_other_suffixes_and_types(tmp_path: Path) -> None:
    text = "events.txt: suffix must be .csv or .npz, not '.txt'"
    assert refusal(save_events, tmp_path / "events.txt", make_spikes()) == text
    assert refusal(load_events, tmp_path / "events.txt", SPIKE) == text
    text = "events must be spikes, packets or spikes of neurons, not of type float64"
    assert refusal(save_events, tmp_path / "events.csv", np.zeros(3)) == text


def test_what_is_no_regular_file(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "e.csv")
    text = "e.csv: the path must be that of a regular file, and is not"
    assert refusal(load_events, tmp_path / "e.csv", SPIKE) == text
    assert refusal(save_events, tmp_path / "e.csv", make_spikes()) == text


def test_a_failed_save_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "e.csv"
    save_events(path, make_spikes([(3, 1, 0, 15)]))
    before = path.read_bytes()

    class Sudden(Exception):
        pass

    class Rows(np.ndarray):
        def __getitem__(self, _: Any) -> Any:
            raise Sudden

    with pytest.raises(Sudden):
        save_events(path, make_spikes([(0, 0, 0, 0)]).view(Rows))
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


class TestStimulus:
    @pytest.mark.parametrize("suffix", ["csv", "npz"])
    def test_spikes(self, tmp_path: Path, suffix: str) -> None:
        spikes = make_spikes([(3, 1, 0, 15), (0, 0, 0, 0)])
        save_events(tmp_path / f"s.{suffix}", spikes)
        assert np.array_equal(load_stimulus(tmp_path / f"s.{suffix}", PORTS), spikes)

    def test_spikes_beyond_the_network(self, tmp_path: Path) -> None:
        save_events(tmp_path / "s.csv", make_spikes([(3, 3, 0, 15)]))
        text = "s.csv: spikes row 0: x must be in 0..2, not 3"
        assert refusal(load_stimulus, tmp_path / "s.csv", PORTS) == text

    def test_events_on_ports(self, tmp_path: Path) -> None:
        path = tmp_path / "s.csv"
        path.write_text("tick,port,index\n9,image,1\n0,cue,0\n0,image,0\n9,image,4\n")
        assert load_stimulus(path, PORTS).tolist() == [
            (0, 0, 0, 5),
            (9, 1, 1, 1),
            (9, 2, 0, 15),
            (9, 2, 1, 0),
        ]
        path.write_text("tick,port,index\n")
        assert load_stimulus(path, PORTS).tolist() == []

    def test_a_port_with_a_number_for_its_name(self, tmp_path: Path) -> None:
        network = Network(MESH, ports=[Port("10", "input", [(10, 0, 0, 5)])])
        path = tmp_path / "s.csv"
        path.write_text("tick,port,index\n10,10,10\n")
        assert load_stimulus(path, network).tolist() == [(10, 0, 0, 5)]

    @pytest.mark.parametrize(
        ("content", "text"),
        [
            ("tick,x\n", "s.csv:1: header must be tick,x,y,axon or tick,port,index"),
            ("tick,x,y,neuron\n", "s.csv:1: header must be tick,x,y,axon or tick,port,index"),
            (
                "tick,port,index\n0,image,0\n0,classes,0\n",
                "s.csv:3: port must be of image, cue, not 'classes'",
            ),
            (
                "tick,port,index\n-1,image,0\n",
                f"s.csv:2: tick must be in 0..{2**63 - 1}, not -1",
            ),
            (
                "tick,port,index\n0,cue,0\n0,image,0\n0,image,3\n",
                "s.csv:4: index must be a line of port image, 0..4, not 3",
            ),
            (
                "tick,port,index\n0,image,-1\n",
                "s.csv:2: index must be a line of port image, 0..4, not -1",
            ),
            ("tick,port,index\n0,image\n", "s.csv:2: row must have 3 values, not 2"),
        ],
    )
    def test_refused(self, tmp_path: Path, content: str, text: str) -> None:
        (tmp_path / "s.csv").write_text(content)
        assert refusal(load_stimulus, tmp_path / "s.csv", PORTS) == text

    def test_no_port(self, tmp_path: Path) -> None:
        (tmp_path / "s.csv").write_text("tick,port,index\n")
        text = "s.csv: the network must have an input port, and has none"
        assert refusal(load_stimulus, tmp_path / "s.csv", Network(MESH)) == text

    def test_lines_that_multiply(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(ports, "SPIKES_LIMIT", 3)
        (tmp_path / "s.csv").write_text("tick,port,index\n0,image,1\n1,image,1\n")
        text = "s.csv: port image: events must stand for at most 3 spikes, not 4"
        assert refusal(load_stimulus, tmp_path / "s.csv", PORTS) == text
