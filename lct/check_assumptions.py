"""Assumptions: do they contradict each other, does the unit keep them, does anything need them."""

from __future__ import annotations

from bitwuzla import Kind

from spikewright.lct.context import Context, phrase
from spikewright.lct.diagnostics import Place
from spikewright.lct.evaluate import constant, evaluate, pack
from spikewright.lct.execute import Machine
from spikewright.lct.ir import Assumption, Node, Symbol, walk
from spikewright.lct.reads import depends, expressions, symbols_of
from spikewright.lct.solver import Answer, Solver, Term
from spikewright.lct.terms import Terms
from spikewright.lct.values import show
from spikewright.lct.witness import Shown, Witness, simplest

__all__ = ["check_assumptions", "check_needed", "contradiction"]


def _place(context: Context, assumption: Assumption) -> Place:
    return context.unit.document.place(assumption.span, "Assumptions", assumption.id, "always")


def contradiction(context: Context) -> bool:
    """Report assumptions that cannot all hold; True if there are any, and all else is void."""
    answer = context.ask()
    if answer != "unsat":
        return False
    names = [r.name for r in context.reasons([], [])]
    order = [a for a in context.unit.assumptions if a.id in names]
    if len(order) == 1:
        message = f"assumption {order[0].id} can never hold"
    else:
        message = f"assumptions {phrase([a.id for a in order])} contradict each other"
    context.find("assumption", message, _place(context, order[0]))
    return True


def check_assumptions(context: Context) -> None:
    """Check that the unit keeps what is assumed of its registers and outputs.

    An assumption over registers alone is an invariant: it is proven by induction. One that reads an
    output is a claim: it is proven from the others. One that reads inputs is a promise of whoever
    drives them; in every state some input must be able to keep it.
    """
    roles = {s.name: s.role for s in context.unit.symbols.values()}
    promises = []
    for assumption in context.unit.assumptions:
        read = {roles[n] for n in symbols_of([assumption.node])}
        if "output" in read:
            _claim(context, assumption)
        elif read == {"register"}:
            _invariant(context, assumption)
        elif "input" in read:
            promises.append(assumption)
    _promises(context, promises, roles)


def _claim(context: Context, assumption: Assumption) -> None:
    broken = context.builder.negate(context.now.terms.truth(assumption.node))
    answer = context.ask(broken, without=[assumption.id], own=assumption.id)
    place = _place(context, assumption)
    if answer == "unknown":
        context.undecided("assumption", f"whether {assumption.id} always holds", place)
    if answer == "sat":
        graph = depends(context.unit)
        read = [n for n in symbols_of([assumption.node]) if n in graph]
        roots = [e for t in context.unit.tables for n in read for e in expressions(t, n)]
        shown = context.shown(None, [assumption.node, *roots])
        witness = context.witness([broken], shown, without=[assumption.id])
        message = f"assumption {assumption.id} reads an output, and the unit does not keep it"
        context.find("assumption", message, place, witness)


def _invariant(context: Context, assumption: Assumption) -> None:
    place = _place(context, assumption)
    reset = Machine(context.unit).reset()
    names = symbols_of([assumption.node])
    symbols = [context.unit.symbols[n] for n in names]
    if not evaluate(assumption.node, reset):
        context.find(
            "assumption",
            f"assumption {assumption.id} does not hold after reset",
            place,
            _after_reset(symbols, reset),
        )
    after = context.now.after()
    later = Terms(context.builder, " after", after)
    broken = context.builder.negate(later.truth(assumption.node))
    answer = context.ask(broken, own=assumption.id)
    if answer == "unknown":
        context.undecided("assumption", f"whether every step keeps {assumption.id}", place)
    if answer == "sat":
        message = f"assumption {assumption.id} is not kept by this step"
        witness = _step(context, assumption, symbols, broken, after)
        context.find("assumption", message, place, witness)


def _after_reset(symbols: list[Symbol], reset: dict[str, int]) -> Witness:
    shown = {s.name: show(pack(reset[s.name], s.type), s.type) for s in symbols}
    return Witness(shown, reset)


def _step(
    context: Context,
    assumption: Assumption,
    symbols: list[Symbol],
    broken: Term,
    after: dict[str, Term],
) -> Witness:
    roots = [assumption.node]
    for table in context.unit.tables:
        for symbol in symbols:
            if any(t.symbol.name == symbol.name for t in table.targets):
                roots += expressions(table, symbol.name)
    results = [Shown(f"=> {s.name}", after[s.name], s.type) for s in symbols]
    return context.witness([broken], context.shown(None, roots), results)


def _promises(context: Context, promises: list[Assumption], roles: dict[str, str]) -> None:
    """Report promises that some state lets nobody keep."""
    mixed = [a for a in promises if "register" in {roles[n] for n in symbols_of([a.node])}]
    if not mixed:
        return
    answer, witness = _stuck(context, promises)
    names = phrase([a.id for a in mixed])
    place = _place(context, mixed[0])
    if answer == "unknown":
        context.undecided("assumption", f"whether every state lets some input keep {names}", place)
    if answer == "sat":
        message = f"in this state no input can keep {names}"
        context.find("assumption", message, place, witness)


def _stuck(context: Context, promises: list[Assumption]) -> tuple[Answer, Witness]:
    """Look for a state in which no input keeps all promises."""
    b, moment, unit = context.builder, context.now, context.unit
    solver = Solver(b, context.limit)
    registers = [unit.symbols[s.name] for s in unit.by_role("register")]
    roots = [a.node for a in promises]
    inputs = [unit.symbols[n] for n in symbols_of(roots) if unit.symbols[n].role == "input"]
    for assumption in unit.assumptions:
        if all(unit.symbols[n].role == "register" for n in symbols_of([assumption.node])):
            solver.add(moment.terms.truth(assumption.node))
    for symbol in registers:
        solver.add(b.domain(moment.terms.symbol(symbol.name, symbol.type), symbol.type))
    constants = [moment.terms.symbol(s.name, s.type) for s in inputs]
    legal = [b.domain(t, s.type) for t, s in zip(constants, inputs, strict=True)]
    kept = b.all([*legal, *(moment.terms.truth(n) for n in roots)])
    places = {c: b.manager.mk_var(c.sort(), s.name) for c, s in zip(constants, inputs, strict=True)}
    body = b.negate(b.manager.substitute_term(kept, places))
    stuck = b.term(Kind.FORALL, *places.values(), body)
    answer = solver.ask(stuck)
    if answer != "sat":
        return answer, Witness()
    read = set(symbols_of(roots))
    entries = [
        Shown(s.name, moment.terms.symbol(s.name, s.type), s.type)
        for s in registers
        if s.name in read
    ]
    return answer, simplest(solver, [stuck], moment, entries)


def check_needed(context: Context) -> None:
    """Report assumptions without which every proof of the unit's checks still succeeds.

    One that the parameters settle, such as ``WRAP or V <= LIMIT`` where WRAP is 1, is not assumed
    with these parameters, and not judged.
    """
    for assumption in context.unit.assumptions:
        if _settled(assumption.node):
            continue
        proofs = [p for p in context.proofs if assumption.id in p.assumptions]
        if all(proof.again(assumption.id) == "unsat" for proof in proofs):
            message = (
                f"nothing needs assumption {assumption.id}: every check ends the same without it"
            )
            context.find("assumption", message, _place(context, assumption))


def _settled(node: Node) -> bool:
    """Whether parameters make it true, whatever the signals are."""
    if node.op in ("and", "or"):
        sides = [_settled(a) for a in node.args]
        return all(sides) if node.op == "and" else any(sides)
    return any(n.op == "param" for n in walk(node)) and bool(constant(node))
