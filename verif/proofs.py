"""What is proven of the chip beyond the checks of each table, and how.

Everything here is decided by the SMT solver for all inputs and all register states, from the same
terms of the tables that the checks use. A proof that the solver gives up on is ``unknown``, and
counts as failed.

1. `handshake`: on every stream of every unit, an offer stays until it is taken and does not
   change, provided that the streams which the unit takes do the same.
2. `fairness`: at every merge an input that waits comes nearer with each transfer of another.
3. `ascending`: all units from the scan to the integration together keep promise A1 of
   `synaptic_integration`: a neuron's axons come in ascending order, each at most once.
4. `bounded`: whatever is written to the potential memory, and every reset potential that is written
   to the parameter memory, lies inside the clamp: promise A2 of `synaptic_integration` and A1 of
   `threshold_fire_reset`. There is no such theorem where potentials wrap: they have no clamp, every
   number that fits the memory is one, and nothing is promised.
5. `counted` and `ready-made`: the same promises in the core that counts axons, see `proofs_neuron`.
6. `generated`: the hardware that the compiler makes of a unit, taken through Amaranth and yosys,
   equals the unit's tables in every output, next state and reset value.

With 3 to 5, what `synaptic_integration` shows by induction holds without promises: no sum inside
a tick overflows, so the order of additions cannot matter. Where potentials wrap, sums do overflow;
6 then shows that hardware and tables wrap alike, and additions modulo a power of two have no order.

Not proven: deadlock freedom of the mesh, the hand-written tile and mesh, and anything about the
memories, which are taken to return what was written last.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from bitwuzla import Kind

from spikewright.lct.front.elaborator import Elaborator
from spikewright.lct.ir import Unit
from spikewright.lct.library import Library
from spikewright.lct.prove import prove_unit
from spikewright.lct.semantics import UnitTerms
from spikewright.lct.solver import Answer, Term
from spikewright.lct.types import Enum, Int
from spikewright.verif.proof_scene import Scene, all_of
from spikewright.verif.proofs_neuron import counted, ready_made

__all__ = ["Proof", "prove", "prove_all", "prove_generated"]


@dataclass(frozen=True)
class Proof:
    """One theorem about one unit or group of units.

    Members
    -------
    name, subject : str
    verdict : str
        ``proven``, ``refuted`` or ``unknown``.
    seconds : float
    """

    name: str
    subject: str
    verdict: str
    seconds: float


_VERDICTS: dict[Answer, str] = {"unsat": "proven", "sat": "refuted", "unknown": "unknown"}


def handshake(library: Library, overrides: Mapping[str, int], name: str) -> Answer:
    """An offer that is not taken is still there in the next cycle, and the same."""
    scene = Scene(library, overrides)
    b = scene.builder
    now = scene.moment(name)
    later = scene.moment(name, " later", now.after())
    holds = []
    for signal in now.unit.signals.values():
        if not signal.kind.endswith("stream"):
            continue
        valid, ready, payload = (f"{signal.name}.{p}" for p in ("valid", "ready", "payload"))
        waits = b.all([scene.bit(now, valid), b.negate(scene.bit(now, ready))])
        same = b.equal(scene.symbol(now, payload), scene.symbol(later, payload))
        rule = scene.implies(waits, b.all([scene.bit(later, valid), same]))
        if signal.kind == "in stream":
            scene.solver.add(rule)
        else:
            holds.append(rule)
    return scene.excludes(b.negate(b.all(holds))) if holds else "unsat"


def fairness(library: Library, overrides: Mapping[str, int], name: str) -> Answer:
    """While an input waits, `first` comes nearer to it with each transfer and never goes away."""
    scene = Scene(library, overrides)
    b = scene.builder
    now = scene.moment(name)
    kind = now.unit.symbols["first"].type
    assert isinstance(kind, Enum)
    inputs = [member.lower() for member, _ in kind.members]
    count = len(inputs)

    def distance(first: Term, i: int) -> Term:
        """Steps from `first` to input i around the circle."""
        result = b.number(0, 4)
        for member, value in kind.members:
            here = b.equal(first, b.number(value, kind.width))
            steps = (i - inputs.index(member.lower())) % count
            result = b.choose(here, b.number(steps, 4), result)
        return result

    first, after = scene.symbol(now, "first"), now.after()["first"]
    moves = b.all([scene.bit(now, "link.valid"), scene.bit(now, "link.ready")])
    wrong = []
    for i, port in enumerate(inputs):
        served = scene.bit(now, f"{port}.ready")
        waits = b.all([scene.bit(now, f"{port}.valid"), b.negate(served)])
        before, then = distance(first, i), distance(after, i)
        nearer = b.choose(moves, scene.less(then, before), b.negate(scene.less(before, then)))
        wrong.append(b.all([waits, b.negate(nearer)]))
    return scene.excludes(b.any(wrong))


# The units that an axon passes on its way to the integration, each with one step on offer.
_CHAIN = ("synapse_scan", "look_up", "weigh", "random_draw")


def ascending(library: Library, overrides: Mapping[str, int]) -> Answer:
    """Invariant from the scan to the integration: each axon on its way is above those before it."""
    scene = Scene(library, overrides)
    b = scene.builder
    parts = [scene.moment(n) for n in (*_CHAIN, "synaptic_integration")]
    add = parts[-1]
    streams = (("step", "step"), ("step", "found"), ("weighed", "weighed"), ("event", "event"))
    for source, sink, (port, stream) in zip(parts, parts[1:], streams, strict=False):
        for part in ("valid", "payload", "ready"):
            one, other = f"{stream}.{part}", f"{port}.{part}"
            scene.solver.add(b.equal(scene.symbol(source, one), scene.symbol(sink, other)))
    before = {
        m.unit.name: {s.name: scene.symbol(m, s.name) for s in m.unit.by_role("register")}
        for m in parts
    }
    after = {m.unit.name: m.after() for m in parts}
    initial = {
        m.unit.name: {
            s.name: b.number(s.reset or 0, s.type.width) for s in m.unit.by_role("register")
        }
        for m in parts
    }
    kept = _order(scene, before)
    if scene.solver.ask(kept) != "sat":
        return "unknown"
    step = scene.excludes(kept, b.negate(_order(scene, after)))
    start = scene.excludes(b.negate(_order(scene, initial)))
    promise = scene.excludes(kept, b.negate(b.all([_truth(add, "A1"), _in_order(scene, add)])))
    return all_of(step, start, promise)


def _truth(moment: UnitTerms, assumption: str) -> Term:
    node = next(a.node for a in moment.unit.assumptions if a.id == assumption)
    return moment.terms.truth(node)


def _in_order(scene: Scene, add: UnitTerms) -> Term:
    """A1 in full: where potentials wrap, the table itself assumes nothing."""
    b, axons = scene.builder, scene.parameter("chip", "AXONS")
    width = axons.bit_length() + 1
    kind, payload = add.unit.symbols["event.payload"].type, scene.symbol(add, "event.payload")
    end = b.truth(scene.field(payload, kind, "end"))
    axon = b.resize(scene.field(payload, kind, "axon"), width, False)
    bound = b.resize(scene.symbol(add, "next_axon"), width, False)
    inside = b.all([scene.at_most(bound, axon), scene.less(axon, b.number(axons, width))])
    return scene.implies(b.all([scene.bit(add, "event.valid"), b.negate(end)]), inside)


def _order(scene: Scene, registers: Mapping[str, Mapping[str, Term]]) -> Term:
    """Bounds that grow from the integration back to the scan's pending axons."""
    b, library = scene.builder, scene.library
    axons = scene.parameter("chip", "AXONS")
    scan = registers["synapse_scan"]
    kinds = {u: library.unit(u, scene.overrides).symbols for u in _CHAIN}
    width = axons.bit_length() + 1
    bound = b.resize(registers["synaptic_integration"]["next_axon"], width, False)
    facts = [scene.at_most(bound, b.number(axons, width))]
    for unit in reversed(_CHAIN):
        held = registers[unit]
        kind = kinds[unit]["held"].type
        full = b.truth(held["full"])
        end = b.truth(scene.field(held["held"], kind, "end"))
        axon = b.resize(scene.field(held["held"], kind, "axon"), width, False)
        event = b.all([full, b.negate(end)])
        inside = b.all([scene.at_most(bound, axon), scene.less(axon, b.number(axons, width))])
        facts.append(scene.implies(event, inside))
        one_more = b.term(Kind.BV_ADD, axon, b.number(1, width))
        bound = b.choose(event, one_more, b.choose(full, b.number(0, width), bound))
    state = kinds["synapse_scan"]["state"].type
    assert isinstance(state, Enum)
    runs = b.equal(scan["state"], b.number(state.value_of("RUN"), state.width))
    bits = axons + 1
    pending = b.resize(scan["pending"], bits, False)
    seen = b.term(Kind.BV_AND, pending, scene.below(bound, bits))
    clear = b.equal(seen, b.number(0, bits))
    zero = b.equal(bound, b.number(0, width))
    facts.append(b.choose(runs, clear, zero))
    return b.all(facts)


def bounded(library: Library, overrides: Mapping[str, int]) -> Answer:
    """Potentials and reset potentials lie inside the clamp wherever they are stored."""
    scene = Scene(library, overrides)
    b, limit = scene.builder, scene.parameter("chip", "POTENTIAL_LIMIT")
    config = scene.moment("configuration")
    leak, fire = scene.moment("leak_and_clamp"), scene.moment("threshold_fire_reset")
    width = scene.parameter("chip", "POTENTIAL_BITS")

    def inside(term: Term) -> Term:
        return b.within(term, Int(width, signed=True), -limit, limit)

    kind = config.unit.symbols["parameters"].type
    reset = scene.field(scene.symbol(config, "parameters"), kind, "fire", "reset_potential")
    legal_row = scene.implies(scene.bit(config, "parameter_write"), inside(reset))
    from_pipeline = inside(scene.symbol(config, "retire_potential"))
    stored = inside(scene.symbol(config, "potential"))
    legal_store = scene.implies(scene.bit(config, "potential_write"), stored)
    leaked = fire.unit.symbols["leaked.payload"].type
    payload = scene.symbol(fire, "leaked.payload")
    v = scene.field(payload, leaked, "potential")
    r = scene.field(payload, leaked, "after", "reset_potential")
    register = scene.symbol(leak, "potential")
    return all_of(
        scene.excludes(b.negate(legal_row)),
        scene.excludes(from_pipeline, b.negate(legal_store)),
        scene.excludes(inside(register), b.negate(inside(leak.after()["potential"]))),
        scene.excludes(inside(v), inside(r), b.negate(inside(scene.symbol(fire, "potential")))),
    )


def prove(name: str, subject: str, question: Callable[[], Answer]) -> Proof:
    """Answer one question, and time it."""
    begin = time.perf_counter()
    answer = question()
    return Proof(name, subject, _VERDICTS[answer], time.perf_counter() - begin)


def prove_all(
    overrides: Mapping[str, int] | None = None, library: Library | None = None
) -> Iterator[Proof]:
    """All theorems, for one set of parameters."""
    units, values = library or Library(), dict(overrides or {})

    def streams(unit: Unit) -> bool:
        return unit.kind == "logic" and any(s.kind == "out stream" for s in unit.signals.values())

    for name in units.names():
        if streams(units.unit(name, values)):
            yield prove("handshake", name, lambda n=name: handshake(units, values, n))  # type: ignore[misc]
    for name in units.names():
        if name.startswith("merge_"):
            yield prove("fairness", name, lambda n=name: fairness(units, values, n))  # type: ignore[misc]
    group = ", ".join((*_CHAIN, "synaptic_integration"))
    yield prove("ascending", group, lambda: ascending(units, values))
    yield prove("counted", "axon_count", lambda: counted(units, values))
    group = "neuron_scan, count_control, weigh, random_draw, synaptic_integration"
    yield prove("ready-made", group, lambda: ready_made(units, values))
    if not units.unit("chip", values).parameters["WRAP"].value:
        group = "configuration, leak_and_clamp, threshold_fire_reset"
        yield prove("bounded", group, lambda: bounded(units, values))


def prove_generated(
    overrides: Mapping[str, int] | None = None, library: Library | None = None
) -> Iterator[Proof]:
    """That the compiled hardware of every logic unit equals its tables."""
    units, values = library or Library(), dict(overrides or {})

    def equal(name: str) -> Answer:
        deviations = prove_unit(name, units, values, elaborator=elaborator)
        if any(d.verdict != "unknown" for d in deviations):
            return "sat"
        return "unknown" if deviations else "unsat"

    with Elaborator() as elaborator:
        for name in units.names():
            if units.unit(name, values).kind == "logic":
                yield prove("generated", name, lambda n=name: equal(n))  # type: ignore[misc]
