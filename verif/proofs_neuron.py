"""What is proven of the core that integrates a whole neuron a cycle.

`counted`: each type hands on exact numbers. What a type adds is at most the largest weight for each
axon that it counts, and its count is that of its active axons, of the neuron before. No two types
have an axon in common, as the hand-written `AxonSums` has it, so all counts together are at most
the number of axons, which needs no solver: promises A1 and A2 of `axon_count`, A1 of
`count_control`.

`ready-made`: a neuron whose axons are counted has no events, and one that has events no axon that
is counted: promises A1 and A2 of `synaptic_integration`, as `ascending` shows them for the event
core.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from bitwuzla import Kind

from spikewright.lct.library import Library
from spikewright.lct.semantics import UnitTerms
from spikewright.lct.solver import Answer, Term
from spikewright.lct.types import Enum, Int
from spikewright.verif.proof_scene import Scene, all_of

__all__ = ["counted", "ready_made"]

_PARTS = ("neuron_scan", "count_control", "weigh", "random_draw", "synaptic_integration")
_LINKS = (
    ("neuron_scan", "scanned", "count_control", "scanned"),
    ("count_control", "step", "weigh", "step"),
    ("weigh", "weighed", "random_draw", "weighed"),
    ("random_draw", "event", "synaptic_integration", "event"),
)

Registers = Mapping[str, Mapping[str, Term]]


def counted(library: Library, overrides: Mapping[str, int]) -> Answer:
    """One type's numbers: bounds are handed on, counts are exact and are moved on."""
    scene = Scene(library, overrides)
    b = scene.builder
    moment = scene.moment("axon_count")
    for assumption in moment.unit.assumptions:
        scene.solver.add(moment.terms.truth(assumption.node))
    now, after = _registers(scene, moment), moment.after()
    width = scene.parameter("chip", "COUNT_BITS") + 1

    def plus(one: Term, other: Term) -> Term:
        return b.term(Kind.BV_ADD, *(b.resize(t, width, False) for t in (one, other)))

    used = plus(scene.symbol(moment, "used_before"), now["count"])
    facts = [
        _bounded(scene, moment),
        b.equal(b.resize(scene.symbol(moment, "used"), width, False), used),
        b.equal(b.resize(_taken(moment, "count"), width, False), plus(now["low"], now["high"])),
    ]
    moves = scene.bit(moment, "move")
    facts += [
        b.equal(after[name], b.choose(moves, _taken(moment, name), now[name]))
        for name in ("low", "high", "count")
    ]
    return all_of(*(scene.excludes(b.negate(fact)) for fact in facts))


def _bounded(scene: Scene, moment: UnitTerms) -> Term:
    """The sum is at most so many times the largest weight as axons were used."""
    b, bound = scene.builder, scene.parameter("axon_count", "WEIGHT_BOUND")
    width = scene.parameter("chip", "SUM_BITS") + 2
    total = b.resize(scene.symbol(moment, "sum"), width, True)
    used = b.resize(scene.symbol(moment, "used"), width, False)
    limit = b.term(Kind.BV_MUL, used, b.number(bound, width))
    lowest = b.term(Kind.BV_NEG, limit)
    return b.all([b.term(Kind.BV_SLE, lowest, total), b.term(Kind.BV_SLE, total, limit)])


def _taken(moment: UnitTerms, name: str) -> Term:
    """What a register of `axon_count` takes when everything moves on."""
    table = next(t for t in moment.unit.tables if t.name == "count")
    row = next(n for n, r in enumerate(table.rows) if r.id == "move")
    place = next(n for n, t in enumerate(table.targets) if t.symbol.name == name)
    return moment.value(table, row, place)


def _registers(scene: Scene, moment: UnitTerms) -> dict[str, Term]:
    return {s.name: scene.symbol(moment, s.name) for s in moment.unit.by_role("register")}


def ready_made(library: Library, overrides: Mapping[str, int]) -> Answer:
    """Invariant from the scan to the integration: events ascend, and nothing is summed twice."""
    scene = Scene(library, overrides)
    b = scene.builder
    parts = {name: scene.moment(name) for name in _PARTS}
    for source, out, sink, into in _LINKS:
        for part in ("valid", "payload", "ready"):
            one = scene.symbol(parts[source], f"{out}.{part}")
            scene.solver.add(b.equal(one, scene.symbol(parts[sink], f"{into}.{part}")))
    control, weigh = parts["count_control"], parts["weigh"]
    given = b.equal(scene.symbol(control, "step_potential"), scene.symbol(weigh, "potential"))
    scene.solver.add(given)
    counts = _Counts(scene, control)
    before: dict[str, Mapping[str, Term]] = {n: _registers(scene, m) for n, m in parts.items()}
    after = {n: m.after() for n, m in parts.items()}
    initial = {
        n: {s.name: b.number(s.reset or 0, s.type.width) for s in m.unit.by_role("register")}
        for n, m in parts.items()
    }
    kept = _order(scene, before, counts.now)
    if scene.solver.ask(kept) != "sat":
        return "unknown"
    step = scene.excludes(kept, b.negate(_order(scene, after, counts.after)))
    start = scene.excludes(b.negate(_order(scene, initial, (b.true, b.true))))
    add = parts["synaptic_integration"]
    promised = [add.terms.truth(a.node) for a in add.unit.assumptions if a.id in ("A1", "A2")]
    return all_of(step, start, scene.excludes(kept, b.negate(b.all(promised))))


class _Counts:
    """Whether nothing is counted in the stages of `axon_count`, and what that means for the sum.

    An empty row leaves nothing in the first stage, and the second takes over from the first, as the
    table says and `counted` shows; the sum is bounded by what is counted.
    """

    def __init__(self, scene: Scene, control: UnitTerms) -> None:
        b = scene.builder
        self.now = b.switch("nothing in the halves"), b.switch("nothing in the count")
        moves, row = scene.bit(control, "move"), scene.symbol(control, "row")
        empty = b.equal(row, b.number(0, scene.parameter("chip", "AXONS")))
        self.after = b.choose(moves, empty, self.now[0]), b.choose(moves, *self.now)
        total = scene.symbol(control, "sum")
        none = b.equal(total, b.number(0, scene.parameter("chip", "SUM_BITS")))
        scene.solver.add(scene.implies(self.now[1], none))
        scene.solver.add(_limited(scene, scene.symbol(control, "potential"), b.true))
        for assumption in control.unit.assumptions:
            scene.solver.add(control.terms.truth(assumption.node))


def _limited(scene: Scene, potential: Term, bare: Term) -> Term:
    """A potential lies inside the clamp, and if it is not bare inside that and all weights."""
    b, wrap = scene.builder, scene.parameter("chip", "WRAP")
    if wrap:
        return b.true
    kind = Int(scene.parameter("chip", "POTENTIAL_BITS"), signed=True)
    limit = scene.parameter("chip", "POTENTIAL_LIMIT")
    bound = scene.parameter("synaptic_integration", "WEIGHT_BOUND")
    more = limit + bound * scene.parameter("chip", "AXONS")
    inside = scene.implies(bare, b.within(potential, kind, -limit, limit))
    return b.all([inside, b.within(potential, kind, -more, more)])


def _order(scene: Scene, registers: Registers, nothing: tuple[Term, Term]) -> Term:
    """What holds of each stage, from the integration back to the scan's pending axons."""
    b, axons = scene.builder, scene.parameter("chip", "AXONS")
    width = axons.bit_length() + 1
    scan, control = registers["neuron_scan"], registers["count_control"]
    step = scene.kind("count_control", "held")
    scanned = scene.kind("neuron_scan", "held")
    row = scene.field(scan["held"], scanned, "row")
    empty = b.equal(row, b.number(0, axons))
    bound = b.resize(registers["synaptic_integration"]["next_axon"], width, False)
    facts = [scene.at_most(bound, b.number(axons, width))]

    def stage(full: Term, end: Term, axon: Term, bare: Callable[[Term], Term]) -> None:
        """A step in a stage: an event comes after those before it, an end follows its kind."""
        nonlocal bound
        some, ends, place = b.truth(full), b.truth(end), b.resize(axon, width, False)
        is_event = b.all([some, b.negate(ends)])
        inside = b.all([scene.at_most(bound, place), scene.less(place, b.number(axons, width))])
        facts.append(scene.implies(is_event, inside))
        begun = b.negate(b.equal(bound, b.number(0, width)))
        facts.append(scene.implies(b.all([some, ends]), bare(begun)))
        one_more = b.term(Kind.BV_ADD, place, b.number(1, width))
        bound = b.choose(is_event, one_more, b.choose(some, b.number(0, width), bound))

    def in_control(full: str, held: str, bare: Callable[[Term], Term]) -> None:
        end, axon = (scene.field(control[held], step, name) for name in ("end", "axon"))
        stage(control[full], end, axon, bare)

    def in_event(unit: str) -> None:
        kind, held = scene.kind(unit, "held"), registers[unit]["held"]
        end, axon, v = (scene.field(held, kind, name) for name in ("end", "axon", "potential"))
        stage(registers[unit]["full"], end, axon, lambda s: _limited(scene, v, s))

    in_event("random_draw")
    in_event("weigh")
    in_control("full", "held", lambda s: _limited(scene, control["held_potential"], s))
    in_control("counted", "second", lambda s: scene.implies(s, nothing[1]))
    in_control("counting", "first", lambda s: scene.implies(s, nothing[0]))
    end, axon = (scene.field(scan["held"], scanned, "step", name) for name in ("end", "axon"))
    stage(scan["full"], end, axon, lambda s: scene.implies(s, empty))
    state = scene.kind("neuron_scan", "state")
    assert isinstance(state, Enum)
    runs = b.equal(scan["state"], b.number(state.value_of("RUN"), state.width))
    pending = b.resize(scan["pending"], axons + 1, False)
    seen = b.term(Kind.BV_AND, pending, scene.below(bound, axons + 1))
    clear = b.equal(seen, b.number(0, axons + 1))
    zero = b.equal(bound, b.number(0, width))
    by_event = b.all([runs, b.negate(b.truth(scan["whole"]))])
    facts.append(b.any([b.all([by_event, clear]), zero]))
    return b.all(facts)
