"""One unit on the bench of the exhaustive tests: compiled, run on columns, held against columns."""

from __future__ import annotations

import importlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spikewright.golden.architecture import Architecture
from spikewright.hdl.parameters import accepted
from spikewright.lct.compile import class_name
from spikewright.lct.library import Library
from spikewright.lct.types import Type

from .design import Design
from .errors import ToolError
from .packing import field, pack
from .vectors import VerilatedUnit

__all__ = [
    "Int",
    "Mismatch",
    "Rig",
    "compare",
    "grid",
    "potentials",
    "signed_numbers",
    "unit_component",
]

Int = NDArray[np.int64]

_CHUNK = 1 << 20


class Mismatch(ToolError):
    """A unit that does not do what the specification says; the text has inputs and both values."""


def unit_component(unit: str, architecture: Architecture) -> Any:
    """Return the generated component of a unit in the widths of an architecture."""
    module = importlib.import_module(f"spikewright.hdl.generated.{unit}")
    component = getattr(module, class_name(unit))
    return component(**accepted(component, architecture))


class Rig:
    """A compiled unit and the layouts of its ports.

    Parameters
    ----------
    unit : str
        A unit of the tables.
    architecture : Architecture
    component : Amaranth component, optional
        Stands in for the unit's own: the unit together with what it needs.
    root : Path, optional
        Folder of builds.

    Members
    -------
    model : VerilatedUnit
    architecture : Architecture
    """

    def __init__(
        self,
        unit: str,
        architecture: Architecture,
        *,
        component: Any = None,
        root: Path | None = None,
    ) -> None:
        self.unit, self.architecture = unit, architecture
        component = component or unit_component(unit, architecture)
        self.model = VerilatedUnit(Design.from_amaranth(component, unit), root=root)
        self._types = Library().unit(unit, architecture.to_dict()).types

    def layout(self, name: str) -> Type:
        """Return a type of the unit by its name."""
        return self._types[name].type

    def pack(self, name: str, values: Mapping[str, Any]) -> NDArray[Any]:
        """Return values of a type of the unit, from columns by path."""
        return pack(self.layout(name), values)

    def field(self, name: str, path: str, column: NDArray[Any]) -> Int:
        """Return a column of one field, from values of a type of the unit."""
        return field(self.layout(name), path, column)

    def run(self, inputs: Mapping[str, Any], rows: int | None = None) -> dict[str, Any]:
        """Run one cycle for each row; see `VerilatedUnit.run`."""
        return self.model.run(inputs, rows=rows)

    def reset(self) -> None:
        """Reset the unit, if it has anything to reset."""
        if "rst" in self.model.inputs:
            self.model.reset()

    def stream(
        self, into: str, out: str, items: Mapping[str, Any], seed: int
    ) -> tuple[Int, NDArray[Any]]:
        """Send items through the unit, with idle cycles and back-pressure at random.

        An item is there for three cycles and offered in one of them; where the unit does not take
        it then, it is gone.

        Parameters
        ----------
        into, out : str
            Names of the two streams.
        items : dict
            Of every input but those of the handshakes, a value for each item or one for all.
        seed : int

        Returns
        -------
        taken : ndarray
            Numbers of the items that the unit took.
        passed : ndarray
            Payloads that it gave.

        Raises
        ------
        Mismatch
            Where an offer is withdrawn or changed before it is taken.
        """
        columns = {name: np.asarray(column) for name, column in items.items()}
        count = max(len(column) for column in columns.values() if column.ndim)
        rng = np.random.default_rng(seed)
        # At the end everything that is inside may come out.
        number = np.append(np.repeat(np.arange(count), 3), [count - 1] * 4)
        valid, ready = np.zeros((2, len(number)), np.int64)
        valid[3 * np.arange(count) + rng.integers(0, 3, count)] = 1
        ready[:] = rng.random(len(ready)) < 0.6
        ready[3 * count :] = 1
        inputs = {name: c[number] if c.ndim else c for name, c in columns.items()}
        got = self.run({**inputs, f"{into}__valid": valid, f"{out}__ready": ready})
        offered, payload = got[f"{out}__valid"] > 0, got[f"{out}__payload"]
        stalled = np.flatnonzero(offered & (ready == 0))
        same = offered[stalled + 1] & _equal(payload[stalled], payload[stalled + 1])
        compare(self.unit, {f"{out} stays": same}, {f"{out} stays": 1}, {"cycle": stalled})
        taken = number[np.flatnonzero(valid & got[f"{into}__ready"])]
        return taken, payload[np.flatnonzero(offered & (ready > 0))]

    def close(self) -> None:
        """Free the model."""
        self.model.close()


def _equal(one: NDArray[Any], other: NDArray[Any]) -> NDArray[np.bool_]:
    """Return where packed values are equal."""
    equal = np.asarray(one == other).reshape(len(one), -1)
    return np.asarray(equal.all(axis=1))


def signed_numbers(bits: int) -> Int:
    """Return every number that so many bits hold in two's complement."""
    return np.arange(-(1 << (bits - 1)), 1 << (bits - 1))


def potentials(architecture: Architecture) -> Int:
    """Return every potential that a neuron can have between ticks."""
    low, high = architecture.potential_range
    return np.arange(low, high + 1)


def grid(axes: Mapping[str, Any], chunk: int = _CHUNK) -> Iterator[dict[str, Int]]:
    """Go through every combination of some values, a chunk of rows at a time.

    Parameters
    ----------
    axes : dict
        The values of each column; the last column changes fastest.
    """
    values = {name: np.asarray(axis, np.int64) for name, axis in axes.items()}
    total = int(np.prod([len(axis) for axis in values.values()]))
    for first in range(0, total, chunk):
        number = np.arange(first, min(first + chunk, total))
        columns = {}
        for name, axis in reversed(values.items()):
            number, digit = np.divmod(number, len(axis))
            columns[name] = axis[digit]
        yield dict(reversed(columns.items()))


def compare(
    unit: str,
    got: Mapping[str, Any],
    wanted: Mapping[str, Any],
    inputs: Mapping[str, NDArray[Any]],
) -> int:
    """Hold what a unit did against what it must do; returns the number of rows.

    Raises
    ------
    Mismatch
        For the first row that differs, with the inputs that show it.
    """
    rows = 0
    for name, column in wanted.items():
        found = np.asarray(got[name])
        right = np.broadcast_to(np.asarray(column), found.shape)
        rows = len(found)
        wrong = np.flatnonzero(found != right)
        if len(wrong):
            row = int(wrong[0])
            shown = ", ".join(f"{key} {int(value[row])}" for key, value in inputs.items())
            raise Mismatch(
                f"{unit}: {name} must be {int(right[row])}, not {int(found[row])}, "
                f"where {shown or f'row {row}'} ({len(wrong)} of {rows} rows differ)"
            )
    return rows
