"""Ports: what may be one, and what events on one stand for."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spikewright.golden import (
    FIRED,
    SPIKE,
    Architecture,
    Network,
    NetworkError,
    Port,
    PortError,
    archive_parts,
    network,
    port_events,
    port_spikes,
    ports,
)

MESH = Architecture.preset("tiny").with_mesh(3, 2)
NETWORK = Network(
    MESH,
    ports=(
        Port("image", "input", [(0, 0, 0, 5), (1, 2, 0, 15), (1, 2, 1, 0), (4, 1, 1, 1)]),
        Port("image", "output", [(7, 2, 1, 3), (7, 0, 0, 3), (2, 2, 1, 3)]),
        Port("none", "input", []),
    ),
)


def refusal(kind: type[ValueError], function: Any, *arguments: Any, **named: Any) -> str:
    with pytest.raises(kind) as error:
        function(*arguments, **named)
    return str(error.value)


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (
            ("", "input", []),
            "port must have a name of 1..64 printable characters, no comma, not ''",
        ),
        (
            ("a,b", "input", []),
            "port must have a name of 1..64 printable characters, no comma, not 'a,b'",
        ),
        ((7, "input", []), "port must have a name of 1..64 printable characters, no comma, not 7"),
        (("a", "in", []), "port a: kind must be of input, output, not 'in'"),
        (
            ("a", "input", [(1, 2, 3)]),
            "port a: lines must be integers of shape (K, 4), not int64 of shape (1, 3)",
        ),
        (
            ("a", "input", [(1, 2, 3, 4.0)]),
            "port a: lines must be integers of shape (K, 4), not float64 of shape (1, 4)",
        ),
        (("a", "input", [(-1, 0, 0, 0)]), "port a: lines must be in 0..2147483647"),
        (("a", "input", [(2**31, 0, 0, 0)]), "port a: lines must be in 0..2147483647"),
    ],
)
def test_refused(arguments: Any, text: str) -> None:
    assert refusal(PortError, Port, *arguments) == text


def test_size() -> None:
    assert [port.size for port in NETWORK.ports] == [5, 8, 0]


@pytest.mark.parametrize(
    ("kind", "line", "text"),
    [
        ("input", (0, 3, 0, 0), "port p row 1: x must be in 0..2, not 3"),
        ("input", (0, 0, 2, 0), "port p row 1: y must be in 0..1, not 2"),
        ("input", (0, 0, 0, 16), "port p row 1: axon must be in 0..15, not 16"),
        ("output", (0, 0, 0, 16), "port p row 1: neuron must be in 0..15, not 16"),
    ],
)
def test_lines_beyond_the_network(kind: str, line: tuple[int, ...], text: str) -> None:
    port = Port("p", kind, [(0, 0, 0, 0), line])
    assert refusal(NetworkError, Network, MESH, ports=[port]) == text


def test_one_name_twice() -> None:
    one, other = Port("p", "input", []), Port("p", "output", [])
    Network(MESH, ports=[one, other])
    text = "ports must have names of their own, not 'p' twice"
    assert refusal(NetworkError, Network, MESH, ports=[one, other, one]) == text
    many = [Port(f"p{number}", "input", []) for number in range(65)]
    assert refusal(NetworkError, Network, MESH, ports=many) == "ports must be at most 64, not 65"


def test_very_many_lines(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    NETWORK.save(tmp_path / "net.npz")
    for module in (network, archive_parts):
        monkeypatch.setattr(module, "LINES_LIMIT", 6)
    text = "ports must have at most 6 lines, not 7"
    assert refusal(NetworkError, Network, MESH, ports=NETWORK.ports) == text
    text = "net.npz: member port_1.npy must take at most 32 bytes, not 48"
    assert refusal(NetworkError, Network.load, tmp_path / "net.npz") == text


def test_spikes_of_events() -> None:
    spikes = port_spikes(NETWORK, "image", [(5, 1), (0, 4), (5, 0), (5, 1)])
    assert spikes.dtype == SPIKE
    assert spikes.tolist() == [(0, 1, 1, 1), (5, 0, 0, 5), (5, 2, 0, 15), (5, 2, 1, 0)]
    assert len(port_spikes(NETWORK, "image", [])) == len(port_spikes(NETWORK, "none", [])) == 0


def test_events_of_spikes() -> None:
    fired = np.array([(4, 2, 1, 3), (4, 0, 0, 3), (1, 2, 1, 4), (0, 0, 0, 3)], dtype=FIRED)
    assert port_events(NETWORK, "image", fired).tolist() == [[0, 7], [4, 2], [4, 7]]
    assert port_events(NETWORK, "image", fired[:0]).shape == (0, 2)


def test_what_is_not_there() -> None:
    text = "network has no input port 'pixels'; it has: image, none"
    assert refusal(PortError, port_spikes, NETWORK, "pixels", []) == text
    text = "network has no output port 'none'; it has: image"
    assert refusal(PortError, port_events, NETWORK, "none", np.empty(0, FIRED)) == text
    text = "port image: event 1: there is no line 3"
    assert refusal(PortError, port_spikes, NETWORK, "image", [(0, 1), (0, 3)]) == text
    text = f"port image: spikes of neurons must be of FIRED, not of {np.dtype(int)}"
    assert refusal(PortError, port_events, NETWORK, "image", np.zeros(3, int)) == text


def test_lines_that_multiply(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ports, "SPIKES_LIMIT", 3)
    text = "port image: events must stand for at most 3 spikes, not 4"
    assert refusal(PortError, port_spikes, NETWORK, "image", [(0, 1), (9, 1)]) == text


@given(st.lists(st.tuples(*[st.integers(0, 2)] * 4), max_size=12))
def test_each_row_once_and_in_order(rows: list[tuple[int, ...]]) -> None:
    columns = np.array(rows, dtype=np.int64).reshape(-1, 4).T
    assert ports.sorted_spikes(*columns).tolist() == sorted(set(rows))
