"""What a diff of two versions of a unit has found, as data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

__all__ = ["Change", "Difference", "Region", "ValueChange"]


@dataclass(frozen=True)
class Change:
    """Something that stands differently in the new version.

    Attributes
    ----------
    section : str
        ``Parameters``, ``Signals``, ``Table route`` and so on.
    name : str
        The row's name in the old version, or in the new one where only that has it.
    what : str
        ``new``, ``removed``, ``renamed``, ``moved`` or ``changed``.
    verdict : str
        ``behaviour``, ``words`` where it is proven to mean the same, ``unknown`` where the solver
        gave up, or ``see regions`` where the unit's regions say what it does.
    sentence : str
    example : mapping of str to str
        A filled-in row where one shows the change.
    """

    section: str
    name: str
    what: str
    verdict: str
    sentence: str
    example: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class ValueChange:
    """One target inside a region.

    Attributes
    ----------
    column : str
        The symbol that is driven.
    old, new : str
        The cells, or ``hold`` for a register that no table drives.
    always : bool or None
        Whether the values differ everywhere in the region, or only where the cells' values do;
        None where the solver gave up.
    shown : (str, str)
        The values in the example; ``any`` for ``*``.
    """

    column: str
    old: str
    new: str
    always: bool | None
    shown: tuple[str, str]


@dataclass(frozen=True)
class Region:
    """Inputs for which one row decided and another, or the same, decides now, with other values.

    Attributes
    ----------
    old, new : (str, str)
        Table and row of the versions; the row is empty where no table drives the register.
    conditions : tuple of str
        What holds in the region, in the words of the tables; none means always.
    values : tuple of ValueChange
    example : mapping of str to str
        Inputs and registers, as small as possible.
    """

    old: tuple[str, str]
    new: tuple[str, str]
    conditions: tuple[str, ...]
    values: tuple[ValueChange, ...]
    example: Mapping[str, str]


@dataclass(frozen=True)
class Difference:
    """All that differs between two versions of a unit; nothing where they are the same."""

    unit: str
    regions: tuple[Region, ...]
    changes: tuple[Change, ...]
    unknown: tuple[str, ...] = ()

    @property
    def behaviour(self) -> bool:
        """Whether behaviour changed, or may have: what the solver gave up on is no pass."""
        verdicts = {change.verdict for change in self.changes}
        return bool(self.regions or self.unknown or verdicts & {"behaviour", "unknown"})

    def to_json(self) -> dict[str, Any]:
        """A dict of plain values."""
        return {"behaviour": self.behaviour, **asdict(self)}
