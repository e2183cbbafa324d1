"""The pools of all units: prepared ones from a folder, the others made when they are needed."""

from __future__ import annotations

import threading
from collections import defaultdict
from functools import lru_cache
from pathlib import Path

from spikewright.lct.library import Library

from .make import quick_pool
from .plans import Plan, plan
from .pool import Pool, load_pool
from .structures import structure_pool

__all__ = ["SUFFIX", "Stock", "path_of"]

SUFFIX = ".pool.json"


def path_of(folder: Path, unit: str) -> Path:
    """The file of a unit's pool."""
    return folder / f"{unit}{SUFFIX}"


class Stock:
    """Pools by unit; safe to use from several threads.

    Parameters
    ----------
    folder : Path, optional
        Of prepared pools.
    seed : int
        Of those that are made here.
    """

    def __init__(self, folder: Path | None = None, seed: int = 0) -> None:
        self.folder, self.seed = folder, seed
        library = Library()
        self.structures = [n for n in library.names() if library.unit(n).kind == "structure"]
        self.units = [*library.logic(), *self.structures]
        self._locks: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)
        self._pools: dict[str, Pool] = {}
        self.plan = lru_cache(maxsize=20_000)(self._plan)

    def pool(self, unit: str) -> Pool:
        """The pool of a unit.

        Raises
        ------
        KeyError
            No unit with tables or instances has this name.
        """
        if unit not in self.units:
            raise KeyError(unit)
        with self._locks[unit]:
            if unit not in self._pools:
                self._pools[unit] = self._made(unit)
            return self._pools[unit]

    def _made(self, unit: str) -> Pool:
        if self.folder and (path := path_of(self.folder, unit)).is_file():
            return load_pool(path)
        return structure_pool(unit) if unit in self.structures else quick_pool(unit, self.seed)

    def _plan(self, unit: str, seed: int, model: str, target: str = "verilog") -> Plan:
        """What a model does for a unit; see `plans.plan`."""
        return plan(self.pool(unit), seed, model, target)
