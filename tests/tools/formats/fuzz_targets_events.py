"""What a fuzzer of files of events needs: valid files, and the target."""

import tempfile
from pathlib import Path

import numpy as np

from spikewright.golden import (
    FIRED,
    PACKET,
    SPIKE,
    Architecture,
    Network,
    Port,
    load_events,
    load_stimulus,
    make_packets,
    make_spikes,
    save_events,
)

__all__ = ["SEEDS", "fuzz_one"]

PORTS = (
    Port("image", "input", [(0, 0, 0, 5), (1, 1, 0, 15), (1, 1, 1, 0)]),
    Port("7", "input", [(0, 0, 0, 5)]),
)
NETWORK = Network(Architecture.preset("tiny"), ports=PORTS)
PORT_EVENTS = b"tick,port,index\n0,image,0\n3,image,1\n3,7,0\n"


def _seeds() -> tuple[bytes, ...]:
    spikes = make_spikes([(0, 0, 0, 0), (1, 1, 1, 15), (9, 0, 1, 3)])
    packets = make_packets([(-1, "west", 1, 2, -1, 15, 3), (0, "south", 0, 0, 1, 0, 0)])
    fired = np.array([(0, 1, 1, 15), (7, 0, 0, 3)], dtype=FIRED)
    found = []
    with tempfile.TemporaryDirectory() as folder:
        for events in (spikes, packets, fired):
            for suffix in ("csv", "npz"):
                path = Path(folder) / f"events.{suffix}"
                save_events(path, events)
                found.append(path.read_bytes())
    return (*found, PORT_EVENTS)


SEEDS = _seeds()


def fuzz_one(data: bytes, folder: Path) -> None:
    """Read any bytes as events of each sort; the last refusal is passed on."""
    path = folder / ("fuzz.npz" if data.startswith(b"PK") else "fuzz.csv")
    path.write_bytes(data)
    refusals = []
    for read in (
        lambda: load_stimulus(path, NETWORK),
        lambda: load_events(path, SPIKE),
        lambda: load_events(path, PACKET),
        lambda: load_events(path, FIRED),
    ):
        try:
            events = read()
        except ValueError as refusal:
            if not type(refusal).__module__.startswith("spikewright."):
                raise
            refusals.append(refusal)
        else:
            again = path.with_stem("again")
            save_events(again, events)
            if not np.array_equal(load_events(again, events.dtype), events):
                raise AssertionError("the events changed on their way through a file")
    if len(refusals) == 4:
        raise refusals[0]
