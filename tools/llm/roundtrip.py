"""Many round trips at once: threads ask models, processes judge what they answer."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from spikewright.lct.legs.hdl import Language
from spikewright.tools.errors import UserError
from spikewright.tools.llm.client import ModelFailure, Reply, Request
from spikewright.tools.llm.crew import crew
from spikewright.tools.llm.judging import Judges
from spikewright.tools.llm.result import Matrix, Trip
from spikewright.tools.llm.trip import Traveller

if TYPE_CHECKING:
    from spikewright.lct.library import Library
    from spikewright.tools.llm.account import Account
    from spikewright.tools.llm.settings import Settings

__all__ = ["KINDS", "Asker", "Plan", "collect", "run", "selected"]

KINDS = ("logic", "structure")
"""Units that can go there and back."""


class Asker(Protocol):
    """What a run asks: a `Client`, or anything that answers like one."""

    account: Account

    def ask(self, request: Request) -> Reply:
        """Answer a request, or raise `ModelFailure`."""


def selected(library: Library, names: Sequence[str], *, parts: bool = False) -> tuple[str, ...]:
    """Units to send on trips: those named, or all that can go.

    Parameters
    ----------
    parts : bool
        Whether the units that a structural unit is made of go before it.

    Raises
    ------
    UserError
        One does not exist, or has nothing that HDL could be held against.
    """
    every = library.names()
    if not names:
        return tuple(n for n in every if library.unit(n).kind in KINDS)
    found: dict[str, None] = {}
    for name in names:
        if name not in every:
            raise UserError(f"No unit is called {name}: there are {', '.join(every)}.")
        unit = library.unit(name)
        if unit.kind not in KINDS:
            what = "is hand-written" if unit.kind == "external" else "has types only"
            raise UserError(f"A round trip takes a unit of tables or instances; {name} {what}.")
        inner = [i.unit for i in unit.instances.values()] if parts else []
        found |= dict.fromkeys(u.name for u in inner if u.kind in KINDS)
        found[name] = None
    return tuple(found)


def run(
    settings: Settings,
    client: Asker,
    units: Sequence[str],
    models: Sequence[str],
    *,
    samples: int = 1,
    target: Language = "verilog",
    rounds: int = 2,
    judges: Judges,
    decoder: str = "",
    prompts: Path | None = None,
) -> Iterator[Trip]:
    """Send units on round trips, several at once; trips come as they end.

    Parameters
    ----------
    settings : Settings
        `jobs` is the number of trips under way at once.
    client : Client
        Whoever answers.
    units, models : sequence of str
    samples : int
        Trips for each unit and model.
    target : str
        ``verilog`` or ``amaranth``.
    rounds : int
        Repairs that each trip is allowed.
    judges : Judges
        With the tables' folder.
    decoder : str
        The model that decodes; the one that encoded if empty.
    prompts : Path, optional
        A folder of the user's own prompts.

    Raises
    ------
    ModelFailure
        One that no further question would escape. It is raised last: all trips that ended before
        have been yielded. An interrupt is passed on in the same way.
    """
    stop = threading.Event()

    def ask(request: Request) -> Reply:
        if stop.is_set():
            raise ModelFailure("interrupted", "The run was stopped before this trip had ended.")
        return client.ask(request)

    traveller = Traveller(
        ask=ask, judges=judges, target=target, rounds=rounds, decoder=decoder,
        prompts=prompts,
    )  # fmt: skip
    plan = [(u, m, s) for s, u, m in product(range(samples), units, models)]
    for trip, _ in crew(traveller.travel, plan, settings.jobs, stop):
        if trip.rounds or trip.failure != "interrupted":
            yield trip


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What a run is to do.

    Attributes
    ----------
    units, models : tuple of str
    samples : int
        Trips for each unit and model.
    target : str
        ``verilog`` or ``amaranth``.
    rounds : int
        Repairs that each trip is allowed.
    decoder : str
        The model that decodes; the one that encoded if empty.
    prompts : Path or None
        A folder of the user's own prompts.
    """

    units: tuple[str, ...]
    models: tuple[str, ...]
    samples: int = 1
    target: Language = "verilog"
    rounds: int = 2
    decoder: str = ""
    prompts: Path | None = None

    @property
    def trips(self) -> int:
        """How many they are."""
        return len(self.units) * len(self.models) * self.samples


def collect(
    settings: Settings,
    client: Asker,
    plan: Plan,
    judges: Judges,
    tick: Callable[[Trip], object] = lambda _: None,
) -> Matrix:
    """Do a plan, and return what was found, also where it could not be done to its end.

    Parameters
    ----------
    tick : callable
        Told of each trip that has ended.
    """
    layers = judges.layers()
    trips, incomplete = [], ""
    try:
        for trip in run(settings, client, judges=judges, **vars(plan)):
            trips.append(trip)
            tick(trip)
    except ModelFailure as failure:
        incomplete = str(failure)
    except KeyboardInterrupt:
        incomplete = "The run was interrupted."
    units, models = plan.units, plan.models
    trips.sort(key=lambda t: (units.index(t.unit), models.index(t.model), t.sample))
    shown = {
        "decoder": plan.decoder or "the model that encoded",
        "prompts": str(plan.prompts or "Spikewright's own"),
        "solver_limit": judges.options.limit,
    }
    return Matrix(
        trips=tuple(trips),
        units=units,
        models=models,
        targets=(plan.target,),
        samples=plan.samples,
        rounds=plan.rounds,
        settings={**settings.shown(), "models": list(models), **shown},
        account=client.account.to_json(),
        sandbox=layers,
        incomplete=incomplete,
    )
