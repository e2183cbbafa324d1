"""The second solver: it must agree with the first, and a wrong answer of either must show."""

from __future__ import annotations

from random import Random

import pytest
from bitwuzla import Kind

from spikewright.lct.builder import Builder, Term
from spikewright.lct.compare.second import Disagreement, ask_z3, both, smt_lib
from spikewright.lct.library import Library
from spikewright.lct.semantics import UnitTerms
from spikewright.lct.solver import Solver

_SAME = [Kind.BV_ADD, Kind.BV_SUB, Kind.BV_MUL, Kind.BV_AND, Kind.BV_OR, Kind.BV_XOR]
_SAME += [Kind.BV_UDIV, Kind.BV_UREM, Kind.BV_SDIV, Kind.BV_SREM, Kind.BV_SMOD]
_SAME += [Kind.BV_SHL, Kind.BV_SHR, Kind.BV_ASHR]
_COMPARE = [Kind.BV_ULT, Kind.BV_ULE, Kind.BV_UGT, Kind.BV_UGE]
_COMPARE += [Kind.BV_SLT, Kind.BV_SLE, Kind.BV_SGT, Kind.BV_SGE, Kind.EQUAL, Kind.DISTINCT]


def _question(b: Builder, random: Random) -> list[Term]:
    """Random facts about three numbers of five bits."""
    terms = [b.unknown(f"a name | {i}", 5) for i in range(3)]
    facts = [b.switch("a switch")]
    for _ in range(12):
        x, y = random.choice(terms), random.choice(terms)
        style = random.randrange(6)
        if style == 0:
            facts.append(b.term(random.choice(_COMPARE), x, y))
        elif style == 1:
            terms.append(b.choose(random.choice(facts), x, y))
        elif style == 2:
            terms.append(b.resize(b.bits(x, 1, 3), 5, bool(random.getrandbits(1))))
        elif style == 3:
            terms.append(b.bits(b.join([x, y]), random.randrange(6), 5))
        elif style == 4:
            terms.append(b.term(random.choice([Kind.BV_NOT, Kind.BV_NEG]), x))
        else:
            terms.append(b.term(random.choice(_SAME), x, y))
    wanted = b.equal(terms[-1], b.number(random.getrandbits(5), 5))
    return [wanted, *(random.choice([f, b.negate(f)]) for f in facts)]


@pytest.mark.parametrize("seed", range(40))
def test_agrees_with_the_first_and_its_values_are_a_model(seed: int) -> None:
    b = Builder()
    terms = _question(b, Random(seed))
    solver = Solver(b)
    values: dict[str, int] = {}
    answer = ask_z3(terms, 10, values)
    assert answer == solver.ask(*terms) != "unknown"
    assert both(answer, terms, 10) == answer
    if answer == "sat":
        pins = list(terms)
        for name, value in values.items():
            term = _find(terms, name)
            is_switch = name == "a switch"
            fact = term if is_switch else b.equal(term, b.number(value, 5))
            pins.append(b.negate(fact) if is_switch and not value else fact)
        assert solver.ask(*pins) == "sat"


def _find(terms: list[Term], name: str) -> Term:
    todo = list(terms)
    while todo:
        term = todo.pop()
        if term.kind() == Kind.CONSTANT and term.symbol() == name:
            return term
        todo += term.children()
    raise AssertionError(name)


def test_both_kinds_of_answers_were_among_them() -> None:
    answers = {ask_z3(_question(Builder(), Random(seed)), 10) for seed in range(40)}
    assert answers == {"sat", "unsat"}


def test_a_wrong_answer_of_one_is_noticed() -> None:
    b = Builder()
    x = b.unknown("x", 4)
    never = b.term(Kind.BV_ULT, x, b.number(0, 4))
    sentence = r"^two solvers must agree, not say sat \(bitwuzla\) and unsat \(z3\)$"
    with pytest.raises(Disagreement, match=sentence):
        both("sat", [never], 10)
    with pytest.raises(Disagreement, match=r"not say unsat \(bitwuzla\) and sat \(z3\)$"):
        both("unsat", [b.negate(never)], 10)
    assert both("unknown", [never], 10) == "unsat"


def test_shared_parts_are_written_once() -> None:
    b = Builder()
    x = term = b.unknown("x", 8)
    for _ in range(200):
        term = b.term(Kind.BV_MUL, term, term)
    text, unknowns = smt_lib([b.equal(term, x)])
    assert len(text.splitlines()) == 204
    assert unknowns == {"u0": "x"}


def test_time_ends_a_question() -> None:
    b = Builder()
    x, y = b.unknown("x", 64), b.unknown("y", 64)
    big = b.number(0xFFFFFFFFFFFFFFC5 * 0xFFFFFFFFFFFFFFAD, 128)
    product = b.term(Kind.BV_MUL, b.resize(x, 128, False), b.resize(y, 128, False))
    one = b.number(1, 64)
    facts = [b.term(Kind.BV_UGT, x, one), b.term(Kind.BV_UGT, y, one), b.equal(product, big)]
    assert ask_z3(facts, 0.3) == "unknown"


@pytest.mark.parametrize("name", ["tick_controller", "synapse_scan", "axi_read"])
def test_reads_whole_units(name: str) -> None:
    unit = Library().unit(name)
    b = Builder()
    moment = UnitTerms(unit, b)
    guards = [moment.wins(table, i) for table in unit.tables for i in range(len(table.rows))]
    solver = Solver(b)
    for guard in guards:
        terms = [*moment.facts, guard]
        assert both(solver.ask(*terms), terms, 10) == "sat"
