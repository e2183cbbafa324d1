"""What the simulated model does for a unit and a seed, and what is true of it.

Everything follows from a unit's pool (see `pool`), the name of a model, and the seed of the
request, so that a server needs no memory and a benchmark knows what was played.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from random import Random

from .answers import SPOKEN, UNSPOKEN, WIRE, Answer, importing
from .pool import HdlVariant, Pair, Pool

__all__ = ["MODELS", "SHARES", "Plan", "Step", "Trip", "Truth", "combinations", "plan", "trips"]

MODELS: Mapping[str, Mapping[str, int]] = {
    "simulated-perfect": {"clean": 1},
    "simulated-careful": {"clean": 16, "encoder": 2, "decoder": 1, "silent": 1},
    "simulated-careless": {
        "clean": 30, "encoder": 30, "decoder": 15, "both": 5, "cancels": 10, "silent": 10,
    },
    "simulated-silent": {"clean": 1, "silent": 4},
}  # fmt: skip
"""Parts of each class in what a model does."""

SHARES = tuple(MODELS["simulated-careless"])
"""The classes: what is wrong with a round trip. ``cancels`` is a ``both`` that a plain round trip
does not see, ``silent`` an answer of which nothing can be had."""

ROUNDS = 4
"""Answers to one question at most, repairs included; the last has no fault."""

WIRE_PARTS = 24
"""One request in so many meets a fault of the wire."""


@dataclass(frozen=True, kw_only=True)
class Truth:
    """What is true of one round, by means that share nothing with the comparison.

    Attributes
    ----------
    encoder, decoder : str
        ``clean``, ``faulty``, or ``none`` where there is no answer.
    loop : str
        Whether the model's table means what the original does: ``same``, ``different``, ``none``.
    text : bool
        Whether the two are the same text, once formatted.
    verdict : str
        ``clean``, ``encoder``, ``decoder`` or ``both``.
    cancels : bool
        Both are faulty, and the two tables mean the same.
    encoder_rows, decoder_rows : tuple of str
        Rows ``TABLE.ROW`` of the original in which an input shows the fault. There may be more.
    encoder_fault, decoder_fault : str
        What was planted, empty where nothing was.
    """

    encoder: str
    decoder: str
    loop: str
    text: bool
    verdict: str
    cancels: bool
    encoder_rows: tuple[str, ...] = ()
    decoder_rows: tuple[str, ...] = ()
    encoder_fault: str = ""
    decoder_fault: str = ""


@dataclass(frozen=True, kw_only=True)
class Step:
    """The encode answer of one round, the decode answer to it, and what is true of them."""

    encode: Answer
    decode: Answer
    truth: Truth


@dataclass(frozen=True, kw_only=True)
class Plan:
    """What is played.

    Attributes
    ----------
    share : str
        One of `SHARES`: the class of the first round.
    steps : tuple of Step
        The first round, and one for each repair that is asked for; the last one is repeated.
    """

    unit: str
    seed: int
    model: str
    target: str
    share: str
    steps: tuple[Step, ...]

    @property
    def encode(self) -> Answer:
        """The first encode answer."""
        return self.steps[0].encode

    @property
    def decode(self) -> Answer:
        """The first decode answer."""
        return self.steps[0].decode

    @property
    def truth(self) -> Truth:
        """What is true of the first round."""
        return self.steps[0].truth


@dataclass(frozen=True, kw_only=True)
class Trip:
    """A round trip to ask for, and what will be true of it."""

    unit: str
    seed: int
    model: str
    target: str
    share: str
    truth: Truth


@dataclass(frozen=True)
class _Choice:
    """One combination of a pool: an HDL variant, what is decoded from it, who is silent."""

    hdl: int
    pair: int
    manner: str = ""
    side: str = ""


def plan(pool: Pool, seed: int, model: str, target: str = "verilog") -> Plan:
    """What a model does for the unit of a pool.

    Parameters
    ----------
    seed : int
        Of the request: the run's own plus the sample's number. As long as seeds are below the
        number of `combinations`, no two plans are the same.

    Raises
    ------
    KeyError
        No model has this name.
    """
    ordered = _ordered(pool, model, target)
    share, choice = ordered[seed % len(ordered)]
    random = Random(f"{pool.unit} {seed} {model} {target}")
    steps, chosen = [_step(pool, choice, random)], [choice]
    while steps[-1].truth.verdict in ("encoder", "both") and len(steps) < ROUNDS:
        chosen.append(_next(pool, target, chosen, random))
        before = next((k for k, c in enumerate(chosen[:-1]) if c == chosen[-1]), None)
        # The same HDL is read in the same way.
        steps.append(_step(pool, chosen[-1], random) if before is None else steps[before])
    return Plan(
        unit=pool.unit, seed=seed, model=model, target=target, share=share, steps=tuple(steps)
    )


def combinations(pool: Pool, model: str, target: str = "verilog") -> int:
    """How many different plans there are."""
    return len(_ordered(pool, model, target))


def trips(
    pools: Sequence[Pool], count: int, seed: int, model: str = "simulated-careless"
) -> list[Trip]:
    """So many different round trips over all pools and both languages, as evenly as they have them.

    Parameters
    ----------
    seed : int
        The run's; samples are numbered from it.
    """
    sources = [(p, t) for p in pools for t in ("verilog", "amaranth") if _choices(p, t)["clean"]]
    # Amaranth is elaborated in a process of its own, which takes longer: one in five.
    weights = {"verilog": 4, "amaranth": 1}
    left = {(p.unit, t): combinations(p, model, t) for p, t in sources}
    found: list[Trip] = []
    for at in range(max(left.values(), default=0)):
        for pool, target in sources:
            for number in range(at * weights[target], (at + 1) * weights[target]):
                if number < left[pool.unit, target] and len(found) < count:
                    found.append(_trip(pool, seed + number, model, target))
    return found


def _trip(pool: Pool, seed: int, model: str, target: str) -> Trip:
    made = plan(pool, seed, model, target)
    return Trip(
        unit=pool.unit, seed=seed, model=model, target=target, share=made.share, truth=made.truth
    )


@lru_cache(maxsize=256)
def _ordered(pool: Pool, model: str, target: str) -> tuple[tuple[str, _Choice], ...]:
    """All combinations, so that every stretch has each class in its part."""
    parts, choices = MODELS[model], _choices(pool, target)
    random = Random(f"{pool.unit} {model} {target}")
    queues: dict[str, list[_Choice]] = {}
    for share in parts:
        queues[share] = random.sample(choices[share], len(choices[share]))
    wheel = [share for share, part in parts.items() for _ in range(part) if queues[share]]
    random.shuffle(wheel)
    needed = [share for share in ("clean", "encoder") if queues.get(share)]
    found: list[tuple[str, _Choice]] = []
    # Without these, what is left would be all of one kind.
    while any(queues.values()) and all(queues[share] for share in needed):
        for share in wheel:
            if queues[share]:
                found.append((share, queues[share].pop()))
    return tuple(found)


def _choices(pool: Pool, target: str) -> dict[str, list[_Choice]]:
    found: dict[str, list[_Choice]] = {share: [] for share in SHARES}
    for number, hdl in enumerate(pool.hdl):
        if hdl.language != target:
            continue
        for at, pair in enumerate(hdl.pairs):
            found[_share(pool, hdl, pair)].append(_Choice(number, at))
        if hdl.pairs:
            found["silent"] += [
                _Choice(number, 0, manner, side)
                for manner in UNSPOKEN
                for side in ("encode", "decode")
                # One of each would be too many.
                if (len(manner) + number) % 3 == 0
            ]
    return found


def _share(pool: Pool, hdl: HdlVariant, pair: Pair) -> str:
    if not hdl.faulty:
        return "decoder" if pair.faulty else "clean"
    if not pair.faulty:
        return "encoder"
    return "both" if pool.tables[pair.table].faulty else "cancels"


def _step(pool: Pool, choice: _Choice, random: Random) -> Step:
    hdl = pool.hdl[choice.hdl]
    pair = hdl.pairs[choice.pair]
    table = pool.tables[pair.table]
    manners = [random.choice(SPOKEN), random.choice(SPOKEN)]
    texts = [importing(hdl.text) if hdl.language == "amaranth" else hdl.text, table.text]
    for k, side in enumerate(("encode", "decode")):
        if choice.side == side:
            manners[k] = choice.manner
            if choice.manner == "broken":
                texts[k] = _broken(texts[k], random)
    encode, decode = (
        Answer(
            want=want, language=language, text=text, manner=manner, wire=_wire(random),
            obeys=random.random() < 0.5,
        )
        for want, language, text, manner in zip(
            ("hdl", "table"), (hdl.language, "markdown"), texts, manners, strict=True
        )
    )  # fmt: skip
    return Step(encode=encode, decode=decode, truth=_truth(pool, hdl, pair, choice.side))


def _truth(pool: Pool, hdl: HdlVariant, pair: Pair, silent: str) -> Truth:
    table = pool.tables[pair.table]
    encoder = "none" if silent == "encode" else "faulty" if hdl.faulty else "clean"
    decoder = "none" if silent or hdl.refused else "faulty" if pair.faulty else "clean"
    loop = "none" if silent else "different" if table.faulty else "same"
    # A decoder that was given nothing to read did nothing wrong.
    given = encoder != "none" and not hdl.refused
    blamed = decoder == "faulty" or (decoder == "none" and given)
    if encoder == "clean":
        verdict = "decoder" if blamed else "clean"
    else:
        verdict = "both" if blamed else "encoder"
    return Truth(
        encoder=encoder,
        decoder=decoder,
        loop=loop,
        text=not silent and table.same_text,
        verdict=verdict,
        cancels=verdict == "both" and loop == "same",
        encoder_rows=() if encoder == "none" else hdl.rows,
        decoder_rows=() if silent else pair.rows,
        encoder_fault=hdl.fault if silent != "encode" else "silent",
        decoder_fault=pair.fault if not silent else "silent",
    )


def _next(pool: Pool, target: str, before: Sequence[_Choice], random: Random) -> _Choice:
    """The next round: the fault is gone, or another one is there, or nothing has changed."""
    draw, choices = random.random(), _choices(pool, target)
    if draw < 0.5 or len(before) == ROUNDS - 1:
        return random.choice(choices["clean"])
    known = {c.hdl for c in before}
    others = [c for c in choices["encoder"] if c.hdl not in known]
    return random.choice(others) if draw < 0.75 and others else before[-1]


def _broken(text: str, random: Random) -> str:
    """A text in which a stretch is gone, with a bracket or an end in it."""
    lines = [line for line in text.split("\n") if line.strip()]
    at = random.randrange(len(lines) // 3, len(lines))
    return "\n".join([*lines[: at - 1], lines[at - 1][: len(lines[at - 1]) // 2] + " (("])


def _wire(random: Random) -> tuple[str, ...]:
    return (random.choice(WIRE),) if random.randrange(WIRE_PARTS) == 0 else ()


def shares(found: Sequence[Trip]) -> Iterator[tuple[str, int]]:
    """How many of each class there are."""
    for share in SHARES:
        yield share, sum(t.share == share for t in found)
