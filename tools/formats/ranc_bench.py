"""The text files of RANC's test bench: packets that go in, and lines of the bus that come out.

tb_num_inputs.txt has the number of packets of each list, and tb_input.txt all packets, one after
the other: dx and dy of 9 bits, counted from core (0, 0), the axon, and the field d of 4 bits.
tb_num_outputs.txt and tb_correct.txt hold lines of the bus in the same way. RANC's tool leaves out
ticks in which nothing comes out, so the lists of outputs have no ticks of their own: they are the
ticks with an output, in order.
"""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from spikewright.golden import Network, port_events
from spikewright.tools.formats.ranc_common import Fit, known_bus
from spikewright.tools.formats.ranc_stimulus import LIST_LIMIT, make_stimulus, packet_lists
from spikewright.tools.formats.ranc_words import read_words
from spikewright.tools.formats.report import FormatError, read_bytes

__all__ = ["bus_lists", "read_ranc_expected", "read_ranc_inputs", "write_inputs"]

_PACKET_LIMIT = 2**20
_COUNT = re.compile(rb"[0-9]{1,7}")
_OFFSET_BITS, _TICK_BITS = 9, 4


def read_ranc_inputs(folder: str | Path, network: Network) -> NDArray[np.void]:
    """Read tb_num_inputs.txt and tb_input.txt.

    A packet of list i with field d is integrated in our tick i + d.

    Parameters
    ----------
    folder : str or Path
    network : Network
        Read from the same folder.

    Returns
    -------
    ndarray of SPIKE
        Sorted by all fields, none twice.

    Raises
    ------
    FormatError
        Names the file, word, field, rule and value.
    """
    folder = Path(folder)
    a = network.architecture
    counts, words = _lists(folder / "tb_num_inputs.txt", folder / "tb_input.txt")
    fit = Fit("tb_input.txt", approximate=False)
    bits = 2 * _OFFSET_BITS + a.axons.bit_length() - 1 + _TICK_BITS
    if words.size and (words.shape[1] != bits or a.axons & (a.axons - 1)):
        rule = f"words must have {bits} bits for {a.axons} axons"
        raise fit.wrong("word 0", f"{rule}, not {words.shape[1]}")
    fields = []
    for part in np.split(words.reshape(-1, bits), np.cumsum([9, 9, bits - 22]), axis=1):
        fields.append(part.astype(np.int64) @ (1 << np.arange(part.shape[1])[::-1]))
    x, y, axon, tick = fields
    x, y = ((value + 256) % 512 - 256 for value in (x, y))
    for word in np.flatnonzero(tick == 15)[:1]:
        raise fit.wrong(f"word {word}", "destination_tick must be in 0..14, not 15")
    rows = np.stack([np.repeat(np.arange(len(counts)), counts) + tick, x, y, axon], axis=1)
    return make_stimulus(rows, known_bus(network, fit)[0], network, fit)


def read_ranc_expected(folder: str | Path) -> list[list[int]]:
    """Read tb_num_outputs.txt and tb_correct.txt.

    Returns
    -------
    list of list of int
        Lines of the bus for each tick in which there is one. `bus_lists` brings a run into the same
        form.

    Raises
    ------
    FormatError
        Names the file, word, rule and value.
    """
    folder = Path(folder)
    counts, words = _lists(folder / "tb_num_outputs.txt", folder / "tb_correct.txt")
    if words.shape[1] > 32:
        raise FormatError(f"tb_correct.txt: words must have at most 32 bits, not {words.shape[1]}")
    lines = words.astype(np.int64) @ (1 << np.arange(words.shape[1])[::-1])
    return [part.tolist() for part in np.split(lines, np.cumsum(counts)[:-1])] if counts else []


def bus_lists(network: Network, fired: NDArray[np.void]) -> list[list[int]]:
    """Return the lines of the bus on which something comes out, for each tick in which it does.

    Parameters
    ----------
    network : Network
        With an output port "bus".
    fired : ndarray of FIRED
    """
    events = port_events(network, "bus", fired)
    starts = np.flatnonzero(np.diff(events[:, 0])) + 1
    return [part.tolist() for part in np.split(events[:, 1], starts)] if len(events) else []


def write_inputs(
    folder: Path,
    stimulus: NDArray[np.void],
    bus: tuple[int, int],
    network: Network,
    fit: Fit,
) -> None:
    """Write tb_num_inputs.txt and tb_input.txt; the arguments are those of `packet_lists`."""
    lists = packet_lists(stimulus, bus, network, fit)
    bits = network.architecture.axons.bit_length() - 1
    words = [
        f"{spike['x']:09b}{spike['y']:09b}{spike['axon']:0{bits}b}{0:04b}\n"
        for spikes in lists
        for spike in spikes
    ]
    counts = [f"{len(spikes)}\n" for spikes in lists]
    (folder / "tb_num_inputs.txt").write_text("".join(counts), encoding="ascii")
    (folder / "tb_input.txt").write_text("".join(words), encoding="ascii")


def _lists(counts: Path, words: Path) -> tuple[list[int], NDArray[np.uint8]]:
    """Return the lengths of some lists, and their words, shape (words, bits)."""
    tokens = read_bytes(counts, 2**24).split(None, LIST_LIMIT)
    if len(tokens) > LIST_LIMIT:
        raise FormatError(f"{counts.name}: the file must have at most {LIST_LIMIT} numbers")
    for number, token in enumerate(tokens):
        if not _COUNT.fullmatch(token):
            shown = ascii(token[:40].decode("latin-1"))
            raise FormatError(
                f"{counts.name}: number {number} must be an integer in 0..9999999, not {shown}"
            )
    lengths = [int(token) for token in tokens]
    found = read_words(words, limit=_PACKET_LIMIT, empty=True)
    if sum(lengths) != len(found):
        raise FormatError(
            f"{words.name}: the file must have {sum(lengths)} words, the sum of {counts.name}, not "
            f"{len(found)}"
        )
    return lengths, found
