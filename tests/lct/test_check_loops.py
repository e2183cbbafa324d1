"""Dependence within a cycle: what the text reads and what really follows."""

from collections.abc import Callable

import pytest

from spikewright.lct.check import check
from spikewright.lct.check_loops import dependence
from spikewright.lct.combinational import shortest_cycle, through
from spikewright.lct.ir import Unit

MakeUnit = Callable[[str], Unit]

TEXT = """## Signals
| name | kind | type |
|---|---|---|
| a | in | unsigned(2) |
| b | in | unsigned(2) |
| x | out | unsigned(2) |
| y | out | unsigned(3) |
{assumptions}
## Table first (unique)
| row | a | => | x |
|---|---|---|---|
| zero | 0 | => | b |
| more | > 0 | => | a |

## Table second (priority)
| row | a | x == b | => | y |
|---|---|---|---|---|
| zero | 0 | 1 | => | 0 |
| else | - | - | => | x + a |
"""


def unit_of(make_unit: MakeUnit, assumption: str = "") -> Unit:
    section = f"\n## Assumptions\n| id | always |\n|---|---|\n| A1 | {assumption} |\n"
    return make_unit(TEXT.format(assumptions=section if assumption else ""))


def test_text_alone(make_unit: MakeUnit) -> None:
    assert through(unit_of(make_unit)) == {"x": ["a", "b"], "y": ["a", "b"]}


@pytest.mark.parametrize(
    ("output", "source", "assumption", "answer"),
    [
        ("x", "a", "", "sat"),
        ("x", "b", "", "sat"),
        # Where a is 0, x is b; where it is not, b does not matter.
        ("y", "b", "", "unsat"),
        ("y", "a", "", "sat"),
        ("x", "b", "a > 1", "unsat"),
        ("x", "a", "a == 3", "unsat"),
    ],
)
def test_dependence(
    make_unit: MakeUnit, output: str, source: str, assumption: str, answer: str
) -> None:
    assert dependence(unit_of(make_unit, assumption), output, source).answer == answer


def test_a_loop_that_never_closes_is_none(make_unit: MakeUnit) -> None:
    """Each output reads the other, but never both in one input."""
    unit = make_unit(
        "## Signals\n| name | kind | type |\n|---|---|---|\n"
        "| a | in | unsigned(1) |\n| x | out | unsigned(1) |\n| y | out | unsigned(1) |\n\n"
        "## Table first (unique)\n| row | => | x |\n|---|---|---|\n"
        "| all | => | y and a and not a |\n\n"
        "## Table second (unique)\n| row | a | => | y |\n|---|---|---|---|\n"
        "| zero | 0 | => | 0 |\n| one | 1 | => | x |\n"
    )
    assert check(unit) == []


def test_shortest_cycle() -> None:
    """From a to c and back is shorter than by way of b."""
    graph = {"a": ["b", "c"], "b": ["c"], "c": ["a"], "d": ["d"]}
    assert shortest_cycle(graph, ["a", "b", "c"]) == ["c", "a"]
    assert shortest_cycle(graph, ["d"]) == ["d"]
