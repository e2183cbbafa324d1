"""What a chip is programmed with: one array per parameter, over all cores.

`fields.FIELDS` is the table of them. Construction, checking, saving and loading all read it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from spikewright.golden.architecture import Architecture
from spikewright.golden.archive import depth
from spikewright.golden.fields import FIELDS, Field
from spikewright.golden.ports import LINES_LIMIT, PORT_LIMIT, Port, PortError
from spikewright.golden.stimulus import SIDES

__all__ = ["SIDES", "Network", "NetworkError"]

METADATA_LIMIT, METADATA_DEPTH = 2000, 8


class NetworkError(ValueError):
    """A program that the chip must refuse, or a file that holds none."""


class Network:
    """A programmed chip before its first tick.

    C = cores, N = neurons, A = axons, G = axon types of ``architecture``; core c = x + width * y
    sits at (x, y). Without further arguments the chip is silent: no synapse is connected and no
    neuron has a destination.

    Parameters
    ----------
    architecture : Architecture
    attached : iterable of {"west", "east", "north", "south"}
        Edges where something outside takes packets; over any other edge they are dropped.
    ports : iterable of Port
        Named lines in and out; no two of a name and kind.
    metadata : mapping, optional
        What tools know of a network beyond what the chip holds: anything that JSON can hold, in at
        most 2,000 characters.
    **arrays : array_like
        Any of the members below: one integer for all entries, or an array of the member's shape.

    Members
    -------
    synapses : bool (C, N, A)
        Connected or not.
    axon_types : uint8 (C, A)
        G_i, 0..G-1.
    weights : int32 (C, N, G)
        s_G, within +-weight_limit.
    weight_stochastic : bool (C, N, G)
        b_G.
    leak : int32 (C, N)
        lambda, within +-leak_limit, added once a tick.
    leak_stochastic, leak_reversal : bool (C, N)
        c and epsilon.
    threshold, negative_threshold : int32 (C, N)
        alpha (default 1) and beta, 0..threshold_limit.
    threshold_mask : uint8 (C, N)
        TM, 0..mask_bits.
    reset_mode : uint8 (C, N)
        gamma: 0 normal, 1 linear, 2 non-reset.
    reset_potential : int32 (C, N)
        R, within +-potential_limit.
    negative_saturate : bool (C, N)
        kappa.
    potential : int32 (C, N)
        V before the first tick, within +-potential_limit.
    dx, dy : int32 (C, N)
        Destination core, counted from the neuron's own.
    axon : int32 (C, N)
        Destination axon.
    delay : uint8 (C, N)
        Ticks from spike to delivery, 1..delay_slots-1; 0 is no destination.
    seed : uint32 (C,)
        Random state before the first tick, never 0; default 0xFFFFFFFF.

    Raises
    ------
    NetworkError
        Where a name is unknown, a shape does not fit, or a value is not the integer its range
        allows.
    """

    synapses: NDArray[np.bool_]
    axon_types: NDArray[np.uint8]
    weights: NDArray[np.int32]
    weight_stochastic: NDArray[np.bool_]
    leak: NDArray[np.int32]
    leak_stochastic: NDArray[np.bool_]
    leak_reversal: NDArray[np.bool_]
    threshold: NDArray[np.int32]
    negative_threshold: NDArray[np.int32]
    threshold_mask: NDArray[np.uint8]
    reset_mode: NDArray[np.uint8]
    reset_potential: NDArray[np.int32]
    negative_saturate: NDArray[np.bool_]
    potential: NDArray[np.int32]
    dx: NDArray[np.int32]
    dy: NDArray[np.int32]
    axon: NDArray[np.int32]
    delay: NDArray[np.uint8]
    seed: NDArray[np.uint32]

    def __init__(
        self,
        architecture: Architecture,
        *,
        attached: Iterable[str] = (),
        ports: Iterable[Port] = (),
        metadata: Mapping[str, Any] | None = None,
        **arrays: ArrayLike,
    ) -> None:
        self.architecture = architecture
        self.attached = tuple(attached)
        self.ports = tuple(ports)
        self.metadata = _as_stored(metadata or {})
        self._check_names()
        for field in FIELDS:
            values = arrays.pop(field.name, field.default)
            setattr(self, field.name, _widened(architecture, field, values))
        for name in arrays:
            raise NetworkError(f"a network must be given arrays that it has, not {name!r}")

    @classmethod
    def adopt(
        cls,
        architecture: Architecture,
        arrays: Mapping[str, NDArray[Any]],
        *,
        attached: Iterable[str] = (),
        ports: Iterable[Port] = (),
        metadata: Mapping[str, Any] | None = None,
    ) -> Network:
        """Return a network of all its arrays, of the members' types, without copying any."""
        network = cls.__new__(cls)
        network.architecture = architecture
        network.attached = tuple(attached)
        network.ports = tuple(ports)
        network.metadata = _as_stored(metadata or {})
        for field in FIELDS:
            setattr(network, field.name, arrays[field.name])
        network.check()
        return network

    def __repr__(self) -> str:
        a = self.architecture
        return f"<Network of {a.width} x {a.height} cores, {a.axons} axons, {a.neurons} neurons>"

    def arrays(self) -> dict[str, Any]:
        """Return every array by name, not copied, in the order of `FIELDS`."""
        return {field.name: getattr(self, field.name) for field in FIELDS}

    def check(self) -> None:
        """Refuse what the chip cannot hold.

        Raises
        ------
        NetworkError
            Names the array, the core and the entry, the rule and the value.
        """
        self._check_names()
        for field in FIELDS:
            array = getattr(self, field.name)
            if not isinstance(array, np.ndarray) or array.dtype != field.dtype:
                kind = getattr(array, "dtype", type(array).__name__)
                wanted = np.dtype(field.dtype).name
                raise NetworkError(f"{field.name} must be an array of {wanted}, not of {kind}")
            _check_values(self.architecture, field, array)

    def _check_names(self) -> None:
        """Hold sides, ports and metadata, which no array contains, against their rules."""
        for side in self.attached:
            if side not in SIDES:
                raise NetworkError(f"attached must be of {', '.join(SIDES)}, not {side!r}")
            if self.attached.count(side) > 1:
                raise NetworkError(f"attached must name a side once, not {side!r} twice")
        if len(self.ports) > PORT_LIMIT:
            raise NetworkError(f"ports must be at most {PORT_LIMIT}, not {len(self.ports)}")
        lines = sum(len(port.lines) for port in self.ports)
        if lines > LINES_LIMIT:
            raise NetworkError(f"ports must have at most {LINES_LIMIT} lines, not {lines}")
        names = [(port.kind, port.name) for port in self.ports]
        for port in self.ports:
            try:
                port.check(self.architecture)
            except PortError as error:
                raise NetworkError(str(error)) from None
            if names.count((port.kind, port.name)) > 1:
                raise NetworkError(f"ports must have names of their own, not {port.name!r} twice")
        _as_stored(self.metadata)

    @classmethod
    def random(
        cls, architecture: Architecture, seed: int | np.random.Generator, **options: Any
    ) -> Network:
        """Return a lively random program; see `programs.random_network` for the options."""
        # `programs` builds networks, so it imports this module.
        from spikewright.golden.programs import random_network

        return random_network(architecture, seed, **options)

    def save(self, path: str | Path) -> None:
        """Write to a .npz file, which `numpy.load` can also read, after `check`.

        `network_file` describes the file.
        """
        # `network_file` builds networks, so it imports this module.
        from spikewright.golden.network_file import write_network

        self.check()
        write_network(path, self)

    @classmethod
    def load(cls, path: str | Path) -> Network:
        """Read what `save` wrote, now or in an earlier version.

        Raises
        ------
        NetworkError
            One sentence with the file's name, for any file that is not a whole and valid network.
            Nothing in the file is executed, and no array is read that the file's own architecture
            does not call for.
        """
        from spikewright.golden.network_file import read_network

        return read_network(path)


def _widened(architecture: Architecture, field: Field, values: ArrayLike) -> NDArray[Any]:
    """Return a new array of the field's type and shape, without changing any value."""
    given = np.asarray(values)
    if given.dtype.kind not in "biu":
        raise NetworkError(f"{field.name} must be of integers or booleans, not {given.dtype}")
    shape = field.shape(architecture)
    low, high = field.range(architecture)
    if given.ndim == 0 and low <= int(given) <= high:
        return np.full(shape, given, dtype=field.dtype)
    _check_values(architecture, field, np.broadcast_to(given, shape) if given.ndim == 0 else given)
    return given.astype(field.dtype)


def _check_values(architecture: Architecture, field: Field, array: NDArray[Any]) -> None:
    """Hold shape and values against the field's, naming the first entry that is out of range."""
    shape = field.shape(architecture)
    if array.shape != shape:
        sizes = ", ".join(
            f"{size} {axis}{'s' * (size != 1)}"
            for size, axis in zip(shape, field.axes, strict=True)
        )
        raise NetworkError(f"{field.name} must have shape ({sizes}), not {array.shape}")
    low, high = field.range(architecture)
    if array.dtype == np.bool_ and (low, high) == (0, 1):
        return
    if int(array.min()) >= low and int(array.max()) <= high:
        return
    # Core by core, as there may be hundreds of millions of entries.
    for core, values in enumerate(array):
        for index in np.argwhere((values < low) | (values > high))[:1].tolist():
            words = [f"core ({core % architecture.width}, {core // architecture.width})"]
            words += [f"{axis} {n}" for axis, n in zip(field.axes[1:], index, strict=True)]
            raise NetworkError(
                f"{field.name} of {', '.join(words)} must be in {low}..{high}, "
                f"not {int(values[tuple(index)])}"
            )


def _as_stored(metadata: Mapping[str, Any]) -> dict[str, Any]:
    """Return metadata as a file would give it back: names are text, and sequences are lists."""
    try:
        text = json.dumps(metadata, allow_nan=False)
    except (TypeError, ValueError, RecursionError):
        raise NetworkError("metadata must be what JSON can hold, and is not") from None
    if len(text) > METADATA_LIMIT:
        raise NetworkError(
            f"metadata must take at most {METADATA_LIMIT} characters as JSON, not {len(text)}"
        )
    stored: dict[str, Any] = json.loads(text)
    if not isinstance(stored, dict) or depth(stored) > METADATA_DEPTH:
        raise NetworkError(f"metadata must be a mapping that nests at most {METADATA_DEPTH} deep")
    return stored
