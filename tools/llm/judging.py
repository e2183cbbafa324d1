"""Judging what models answer, in processes: one that dies costs one answer its verdict.

Threads ask models, which is waiting; processes judge, which is computing. Verdicts are kept in
memory only, by what was judged: none is ever read from a file that somebody could have changed.
"""

from __future__ import annotations

import hashlib
import json
import queue
import threading
from collections.abc import Mapping
from concurrent.futures import Future
from dataclasses import asdict, dataclass, field, replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any, cast

from spikewright.lct.check import check
from spikewright.lct.compare import Options, compare_design, compare_structure
from spikewright.lct.front.elaborator import Elaborator
from spikewright.lct.front.refusal import Refused
from spikewright.lct.legs import Hdl, Legs, judge, load_hdl
from spikewright.lct.library import UNITS, Library
from spikewright.tools.llm.worker import PATIENCE, Lost, Worker

__all__ = ["Judges", "Lost", "Proof", "Refusal"]


@dataclass(frozen=True)
class Refusal:
    """Why the front end does not take HDL: its rule, and a sentence with file and line."""

    rule: str
    sentence: str


@dataclass(frozen=True, kw_only=True)
class Proof:
    """HDL held against its table once more, from nothing but bytes.

    Attributes
    ----------
    verdict : str
        ``identical`` or ``equivalent`` where it is proven; ``unknown``, ``different``, or
        ``refused`` by the front end, where it is not.
    sentence : str
        Why it is not proven; empty where it is.
    method : str
        As of a `Comparison`.
    tables : mapping of str to str
        SHA-256 of each file of a table that took part, by unit.
    """

    verdict: str
    sentence: str = ""
    method: str = ""
    tables: Mapping[str, str] = field(default_factory=dict)

    @property
    def holds(self) -> bool:
        """Whether the HDL is proven equal to its table."""
        return self.verdict in ("identical", "equivalent")


class Judges:
    """Processes that judge, each with a front end of its own, for any number of threads.

    Parameters
    ----------
    processes : int
    folder : Path
        Of the tables.
    options : Options
        Of every comparison.
    exact : bool
        Whether the exact decoder takes part.
    patience : float
        Seconds for all questions about one answer; each has its own limit in `options`.

    Attributes
    ----------
    library : Library
        The tables.
    solvers : tuple of str
        Those that `prove` asks.
    """

    def __init__(
        self,
        processes: int = 2,
        *,
        folder: Path = UNITS,
        options: Options | None = None,
        exact: bool = True,
        patience: float = PATIENCE,
    ) -> None:
        self.library, self.options = Library(folder), options or Options()
        make = _Bench(folder, self.options, exact)
        # The second one is an extra, and confirms what the first has proven.
        self.solvers = ("bitwuzla", "z3") if find_spec("z3") else ("bitwuzla",)
        self._workers = [Worker(make, patience) for _ in range(processes)]
        # The one that was busy last: a process that nobody needs is not even started.
        self._idle: queue.LifoQueue[Worker] = queue.LifoQueue()
        for worker in self._workers:
            self._idle.put(worker)
        self._known: dict[str, Future[Any]] = {}
        self._lock = threading.Lock()

    def __enter__(self) -> Judges:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the processes; whoever waits for one gets `Lost`."""
        for worker in self._workers:
            worker.close()

    def layers(self) -> tuple[str, ...]:
        """The layers of confinement that the front end has on this system."""
        return tuple(self._once("layers"))

    def screen(self, unit: str, hdl: Hdl) -> Refusal | None:
        """Load HDL, and say why the front end does not take it.

        Raises
        ------
        Lost
            As of `judge`.
        """
        return cast("Refusal | None", self._once("screen", unit, hdl))

    def judge(self, unit: str, hdl: Hdl | None, decoded: str | None) -> Legs:
        """All four legs of a unit.

        Raises
        ------
        Lost
            The process died over it, took too long, or the run has ended.
        """
        return cast("Legs", self._once("judge", unit, hdl, decoded))

    def prove(self, unit: str, hdl: Hdl) -> Proof:
        """Hold HDL against its table with everything loaded anew, and all solvers there are.

        Raises
        ------
        Lost
            As of `judge`.
        """
        return cast("Proof", self._ask(("prove", unit, hdl)))

    def _once(self, *question: Any) -> Any:
        """What a process answers; the same question is asked once."""
        key = _digest(question)
        with self._lock:
            answer, mine = self._known.get(key), key not in self._known
            if answer is None:
                answer = self._known[key] = Future()
        if mine:
            try:
                answer.set_result(self._ask(question))
            except BaseException as error:  # noqa: BLE001 (told to all who wait, this one too)
                # Whoever asks again may have more luck, with a new process.
                with self._lock:
                    del self._known[key]
                answer.set_exception(error)
        return answer.result()

    def _ask(self, question: tuple[Any, ...]) -> Any:
        worker = self._idle.get()
        try:
            return worker.ask(*question)
        finally:
            self._idle.put(worker)


def _digest(question: tuple[Any, ...]) -> str:
    plain = [asdict(part) if isinstance(part, Hdl) else part for part in question]
    return hashlib.sha256(json.dumps(plain).encode()).hexdigest()


@dataclass(frozen=True)
class _Bench:
    """What a process is made from."""

    folder: Path
    options: Options
    exact: bool

    def __call__(self) -> _Judge:
        return _Judge(self)


class _Judge:
    """The inside of a process."""

    def __init__(self, bench: _Bench) -> None:
        self._bench, self._library = bench, Library(bench.folder)
        self._elaborator = Elaborator()

    def layers(self) -> tuple[str, ...]:
        return self._elaborator.layers

    def screen(self, name: str, hdl: Hdl) -> Refusal | None:
        unit = self._library.unit(name)
        try:
            load_hdl(unit, hdl, elaborator=self._elaborator, library=self._library)
        except Refused as refused:
            return Refusal(refused.rule, str(refused))
        return None

    def judge(self, name: str, hdl: Hdl | None, decoded: str | None) -> Legs:
        return judge(
            self._library.unit(name),
            hdl,
            decoded,
            library=self._library,
            elaborator=self._elaborator,
            options=self._bench.options,
            exact=self._bench.exact,
        )

    def prove(self, name: str, hdl: Hdl) -> Proof:
        library = _Reading(self._bench.folder)
        unit = library.unit(name)
        tables = library.digests
        if findings := check(unit):
            return Proof(verdict="unknown", sentence=findings[0].message, tables=tables)
        outside = [n for n, i in unit.instances.items() if i.unit.kind == "external"]
        if outside:
            # They are left out of both sides by name, and HDL may hide anything under a name.
            text = (
                f"instance {outside[0]} is written by hand, and what the HDL has there is not held"
            )
            return Proof(verdict="unknown", sentence=text, tables=tables)
        second = find_spec("z3") is not None
        options = replace(self._bench.options, cross_check=second)
        with Elaborator() as elaborator:
            try:
                design = load_hdl(unit, hdl, elaborator=elaborator, library=library)
            except Refused as refused:
                return Proof(verdict="refused", sentence=str(refused), tables=tables)
            compare = compare_structure if unit.kind == "structure" else compare_design
            found = compare(unit, design, options)
        wrong = next((c.sentence for c in found.cells if c.verdict == found.verdict), "")
        proven = found.verdict in ("identical", "equivalent")
        return Proof(
            verdict=found.verdict,
            sentence="" if proven else wrong,
            method=found.method,
            tables=tables,
        )


class _Reading(Library):
    """A library that notes down what it has read."""

    def __init__(self, directory: Path) -> None:
        super().__init__(directory)
        self.digests: dict[str, str] = {}

    def read(self, name: str) -> bytes:
        data = super().read(name)
        self.digests[name] = hashlib.sha256(data).hexdigest()
        return data
