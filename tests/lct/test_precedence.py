"""Verilog's precedence, held against a front end that reads Verilog; and cells that stay unsaid."""

from collections.abc import Sequence
from itertools import product
from random import Random

import pytest

from spikewright.lct.check import check
from spikewright.lct.check_ambiguous import check_ambiguous
from spikewright.lct.compare import Options, compare_design
from spikewright.lct.context import Context
from spikewright.lct.decoder.polish import read
from spikewright.lct.diagnostics import Diagnostics
from spikewright.lct.evaluate import evaluate
from spikewright.lct.expression import Ast, SyntaxFault, parse_expression
from spikewright.lct.front.load import load_verilog
from spikewright.lct.ir import Node
from spikewright.lct.library import Library
from spikewright.lct.precedence import bracketed, verilog_reading

OPERATORS = ("and", "or", "&", "^", "|", "==", "!=", "<", "<=", ">", ">=")
WORDS = {"and": "&&", "or": "||", "not": "!"}
INPUTS = "abcdef"


def _drawn(random: Random) -> list[str]:
    """The words of an expression without parentheses; the tables chain no comparisons."""
    words = []
    for n, name in enumerate(random.sample(INPUTS, random.randint(2, 6))):
        words += [random.choice(OPERATORS)] if n else []
        words += [*random.choices(["not", "~"], k=random.choice((0, 0, 1))), name]
    return words


def _readings(seed: int, count: int) -> list[tuple[list[str], str, str]]:
    """Words that are read in two ways, and both ways with parentheses."""
    random, found = Random(seed), []
    while len(found) < count:
        words = _drawn(random)
        text = " ".join(words)
        try:
            ast = parse_expression(text)
        except SyntaxFault:
            continue
        other = verilog_reading(ast)
        if other != ast:
            found.append((words, bracketed(text, ast, other), bracketed(text, other, ast)))
    return found


def _unit(cells: list[str]) -> str:
    outputs = [f"y{n}" for n in range(len(cells))]
    lines = ["# read", "", "## Signals", "| name | kind | type |", "|---|---|---|"]
    lines += [f"| {name} | in | unsigned(1) |" for name in INPUTS]
    lines += [f"| {name} | out | unsigned(1) |" for name in outputs]
    lines += ["", "## Table main (unique)", f"| row | => | {' | '.join(outputs)} |"]
    lines += [f"|---|---{'|---' * len(cells)}|"]
    lines += [f"| all | => | {' | '.join(c.replace('|', chr(92) + '|') for c in cells)} |"]
    return "\n".join(lines) + "\n"


def _plain(ast: Ast) -> object:
    """A tree without its parentheses and places."""
    if ast.kind == "group":
        return _plain(ast.parts[0])
    return ast.kind, ast.value, [_plain(p) for p in ast.parts]


def test_parentheses_show_each_reading() -> None:
    for words, here, there in _readings(1, 500):
        own = parse_expression(" ".join(words))
        assert _plain(parse_expression(here)) == _plain(own)
        assert _plain(parse_expression(there)) == _plain(verilog_reading(own))


def test_verilog_reads_what_is_said_of_it() -> None:
    drawn = _readings(2, 60)
    names = [f"y{n}" for n in range(len(drawn))]
    texts = [" ".join(WORDS.get(w, w) for w in words) for words, _, _ in drawn]
    ports = [f"input {n}" for n in INPUTS] + [f"output {n}" for n in names]
    lines = [f"assign {name} = {text};" for name, text in zip(names, texts, strict=True)]
    verilog = f"module read({', '.join(ports)});\n" + "\n".join(lines) + "\nendmodule\n"
    design = load_verilog({"read.v": verilog}, "read")
    there = compare_design(
        read(_unit([t for _, _, t in drawn]), "read"), design, Options(explain=False)
    )
    assert [c.column for c in there.differences] == []
    # The reading of tables is another one in many of them, so that the comparison can fail.
    here = compare_design(
        read(_unit([t for _, t, _ in drawn]), "read"), design, Options(explain=False)
    )
    assert len(here.differences) > 20


def test_what_is_reported_differs_and_what_is_not_does_not() -> None:
    """Each drawn cell by all 64 inputs, against what the check says of it."""
    drawn = _readings(3, 60)
    unit = read(_unit([" ".join(words) for words, _, _ in drawn]), "read")
    both = read(_unit([text for _, *texts in drawn for text in texts]), "read")
    inputs = [dict(zip(INPUTS, bits, strict=True)) for bits in product((0, 1), repeat=6)]
    cells = both.tables[0].rows[0].targets
    differ = [
        any(evaluate(here, v) != evaluate(there, v) for v in inputs)
        for here, there in _pairs(cells)
    ]
    reported = {f.place.column for f in check(unit) if f.code == "ambiguous"}
    assert reported == {f"y{n}" for n, differs in enumerate(differ) if differs}
    assert 0 < len(reported) < len(drawn)


def _pairs(cells: Sequence[Node | str]) -> list[tuple[Node, Node]]:
    nodes = [c for c in cells if isinstance(c, Node)]
    return list(zip(nodes[::2], nodes[1::2], strict=True))


@pytest.mark.parametrize("name", Library().logic())
def test_no_table_of_the_project_has_two_readings(name: str) -> None:
    unit = Library().unit(name)
    diagnostics = Diagnostics()
    if unit.readings:
        check_ambiguous(Context(unit, diagnostics))
    assert diagnostics.findings == []
