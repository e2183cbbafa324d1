"""Recordings as files, and checkpoints: a state with the recording up to it.

Both are archives. A recording's members are those of `Recording` under their own names, and one
``output_`` member for each field of its outputs; ``header`` has the rest. A checkpoint holds the
same and ``state_potentials``, ``state_scheduler`` as bits, and ``state_random``.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spikewright.golden.archive import Archive, write_archive
from spikewright.golden.archive_parts import (
    pack_bits,
    port_arrays,
    port_header,
    port_members,
    read_architecture,
    read_attached,
    read_bits,
    read_ports,
)
from spikewright.golden.ports import Port
from spikewright.golden.recording import Recording, State
from spikewright.golden.stimulus import PACKET, SIDES

__all__ = [
    "RecordingError",
    "events_digest",
    "load_recording",
    "load_state",
    "save_recording",
    "save_state",
]

RECORDING, CHECKPOINT, VERSION = "spikewright-recording", "spikewright-checkpoint", 1
_LAST_TICK = 2**62
_OPTIONAL = ("synaptic_events_per_tick", "synaptic_events_per_core")
_PER_TICK = ("spikes_per_tick", "synaptic_events_per_tick", "late_per_tick", "off_mesh")
_PER_CORE = ("synaptic_events_per_core", "late_per_core")
_OUTPUT = tuple(f"output_{name}" for name in PACKET.names or ())
_STATE = ("state_potentials", "state_scheduler", "state_random")


class RecordingError(ValueError):
    """A file that holds no recording, or a checkpoint of something else."""


def save_recording(
    path: str | Path,
    recording: Recording,
    *,
    complete: bool,
    engine: str,
    attached: Iterable[str] = (),
    ports: Iterable[Port] = (),
) -> None:
    """Write a recording to a .npz file.

    Parameters
    ----------
    path : str or Path
        Replaced if it exists; it never holds half a file.
    recording : Recording
    complete : bool
        Whether the run came to its end.
    engine : str
        What ran it.
    attached, ports
        Of the network, so that a plot can use the names.
    """
    ports = tuple(ports)
    header = {
        "format": RECORDING,
        "version": VERSION,
        "complete": complete,
        "engine": engine,
        "attached": list(attached),
        "ports": port_header(ports),
        **_header(recording),
    }
    write_archive(path, header, _members(recording) | port_arrays(ports))


def load_recording(path: str | Path) -> tuple[Recording, dict[str, Any]]:
    """Read what `save_recording` wrote.

    Returns
    -------
    recording : Recording
    info : dict
        ``complete``, ``engine``, ``attached`` and ``ports``.

    Raises
    ------
    RecordingError
        One sentence with the file's name.
    """
    with Archive(path, RecordingError) as archive:
        header = archive.header(RECORDING, VERSION)
        recording = _read_recording(archive, header, port_members(archive, header))
        for name, kind in (("complete", bool), ("engine", str)):
            if not isinstance(header.get(name), kind):
                raise archive.wrong(
                    f"header {name} must be a {kind.__name__}, not {header.get(name)!r}"
                )
        return recording, {
            "complete": header["complete"],
            "engine": header["engine"],
            "attached": tuple(read_attached(archive, header)),
            "ports": tuple(read_ports(archive, header, recording.architecture)),
        }


def save_state(
    path: str | Path,
    state: State,
    recording: Recording,
    *,
    network_digest: str,
    stimulus_digest: str,
) -> None:
    """Write a checkpoint: all that is needed to go on exactly.

    Parameters
    ----------
    path : str or Path
        Replaced if it exists; it never holds half a file.
    state : State
    recording : Recording
        Of the ticks up to ``state.tick``.
    network_digest, stimulus_digest : str
        What `network_digest` and `events_digest` give, so that nothing else is resumed.
    """
    header = {
        "format": CHECKPOINT,
        "version": VERSION,
        "network": network_digest,
        "stimulus": stimulus_digest,
        "tick": state.tick,
        **_header(recording),
    }
    arrays = (state.potentials, pack_bits(state.scheduler), state.random_state)
    write_archive(path, header, _members(recording) | dict(zip(_STATE, arrays, strict=True)))


def load_state(
    path: str | Path, *, network_digest: str, stimulus_digest: str
) -> tuple[State, Recording]:
    """Read what `save_state` wrote.

    Raises
    ------
    RecordingError
        One sentence with the file's name, for a file that is no checkpoint, or one of another
        network or stimulus.
    """
    with Archive(path, RecordingError) as archive:
        header = archive.header(CHECKPOINT, VERSION)
        for name, digest in (("network", network_digest), ("stimulus", stimulus_digest)):
            found = header.get(name)
            if found != digest:
                raise archive.wrong(
                    f"the checkpoint must be of this {name}, whose digest is {digest[:12]}, not of "
                    f"another, {found[:12] if isinstance(found, str) else found!r}"
                )
        recording = _read_recording(archive, header, list(_STATE))
        if header.get("tick") != recording.first_tick + recording.ticks:
            raise archive.wrong(
                f"header tick must be {recording.first_tick + recording.ticks}, where the "
                f"recording ends, not {header.get('tick')!r}"
            )
        return _read_state(archive, recording), recording


def events_digest(*events: NDArray[Any]) -> str:
    """Return the SHA-256 of arrays of events, as 64 hexadecimal digits."""
    digest = hashlib.sha256()
    for array in events:
        digest.update(f"{array.dtype.descr} {array.shape};".encode())
        digest.update(np.ascontiguousarray(array).tobytes())
    return digest.hexdigest()


def _header(recording: Recording) -> dict[str, Any]:
    return {
        "architecture": recording.architecture.to_dict(),
        "first_tick": recording.first_tick,
        "missing": [name for name in _OPTIONAL if getattr(recording, name) is None],
    }


def _members(recording: Recording) -> dict[str, NDArray[Any]]:
    """Return the arrays by their names in a file."""
    names = (*_PER_TICK, *_PER_CORE, "spike_index", "watch", "potentials")
    arrays = {name: getattr(recording, name) for name in names}
    outputs = dict(zip(_OUTPUT, (recording.outputs[n] for n in PACKET.names or ()), strict=True))
    return {name: array for name, array in arrays.items() if array is not None} | outputs


def _read_recording(archive: Archive, header: dict[str, Any], others: list[str]) -> Recording:
    """Return the recording of a file that also has the other members."""
    a = read_architecture(archive, header)
    first, missing = header.get("first_tick"), header.get("missing")
    if not isinstance(first, int) or isinstance(first, bool) or not 0 <= first <= _LAST_TICK:
        raise archive.wrong(f"header first_tick must be in 0..{_LAST_TICK}, not {first!r}")
    if not isinstance(missing, list) or not all(name in _OPTIONAL for name in missing):
        raise archive.wrong(f"header missing must be of {', '.join(_OPTIONAL)}, not {missing!r}")
    held = [name for name in (*_PER_TICK, *_PER_CORE) if name not in missing]
    archive.check_names([*held, "spike_index", "watch", "potentials", *_OUTPUT, *others])

    spikes_per_tick = archive.array("spikes_per_tick", np.int64, None)
    ticks = len(spikes_per_tick)
    arrays: dict[str, Any] = dict.fromkeys(missing)
    for name in held:
        arrays[name] = (
            spikes_per_tick
            if name == "spikes_per_tick"
            else archive.array(name, np.int64, (a.cores if name in _PER_CORE else ticks,))
        )
        _check_range(archive, name, arrays[name], 0, _LAST_TICK)
    watch = archive.array("watch", np.int64, None)
    _check_range(archive, "watch", watch, 0, a.cores * a.neurons - 1)
    recording = Recording(
        architecture=a,
        first_tick=first,
        spike_index=archive.array("spike_index", np.uint32, None),
        outputs=_read_outputs(archive, first, ticks),
        watch=watch,
        potentials=archive.array("potentials", np.int32, (ticks, len(watch))),
        **arrays,
    )
    _check_spikes(archive, recording)
    return recording


def _read_outputs(archive: Archive, first: int, ticks: int) -> NDArray[np.void]:
    """Return the packets that left."""
    rows = archive.array(_OUTPUT[0], np.int64, None)
    _check_range(archive, _OUTPUT[0], rows, first - 1, first + ticks - 1)
    outputs = np.empty(len(rows), dtype=PACKET)
    outputs["tick"] = rows
    for member, name in zip(_OUTPUT[1:], (PACKET.names or ())[1:], strict=True):
        outputs[name] = archive.array(member, PACKET[name], (len(rows),))
    for row in np.flatnonzero(~np.isin(outputs["side"], SIDES))[:1]:
        value = str(outputs["side"][row])
        raise archive.wrong(f"output_side {row} must be of {', '.join(SIDES)}, not {value!r}")
    return outputs


def _check_spikes(archive: Archive, recording: Recording) -> None:
    """Hold the list of spikes against the counts, the chip and its order."""
    index, counts = recording.spike_index, recording.spikes_per_tick
    total = len(index)
    _check_range(archive, "spikes_per_tick", counts, 0, total)
    if counts.sum() != total:
        raise archive.wrong(f"spike_index must have {counts.sum()} entries, not {total}")
    a = recording.architecture
    _check_range(archive, "spike_index", index, 0, a.cores * a.neurons - 1)
    falls = index[1:] <= index[:-1]
    starts = np.cumsum(counts)[:-1] - 1
    falls[starts[(starts >= 0) & (starts < len(falls))]] = False
    for row in np.flatnonzero(falls)[:1]:
        raise archive.wrong(
            f"spike_index {row + 1} must be above {index[row]}, the one before it in its tick, "
            f"not {index[row + 1]}"
        )


def _read_state(archive: Archive, recording: Recording) -> State:
    a = recording.architecture
    potentials, scheduler, random_state = _STATE
    state = State(
        tick=recording.first_tick + recording.ticks,
        potentials=archive.array(potentials, np.int32, (a.cores, a.neurons)),
        scheduler=read_bits(archive, scheduler, (a.cores, a.delay_slots, a.axons)),
        random_state=archive.array(random_state, np.uint32, (a.cores,)),
    )
    _check_range(archive, potentials, state.potentials, *a.potential_range)
    _check_range(archive, random_state, state.random_state, 1, 2**32 - 1)
    return state


def _check_range(archive: Archive, name: str, array: NDArray[Any], low: int, high: int) -> None:
    """Refuse a member with a value out of range, naming the first one."""
    if array.size and not low <= int(array.min()) <= int(array.max()) <= high:
        place = np.argwhere((array < low) | (array > high))[0].tolist()
        value = int(array[tuple(place)])
        where = ", ".join(map(str, place))
        raise archive.wrong(f"{name} {where} must be in {low}..{high}, not {value}")
