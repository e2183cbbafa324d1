"""States far from reset, and states that neither search nor proof can settle."""

from collections.abc import Callable

from spikewright.lct.check import check
from spikewright.lct.ir import Unit

MakeUnit = Callable[[str], Unit]

TIMER = """## Types
| name | definition |
|---|---|
| State | enum(IDLE, RUN, DONE, NEVER) |

## Signals
| name | kind | type | reset |
|---|---|---|---|
| go | in | unsigned(1) | |
| tick | in | unsigned(1) | |
| state | register | State | IDLE |
| count | register | unsigned(24) | 0 |
| o | out | unsigned(1) | |

{assumptions}
## Table t (unique)
| row | state | go | tick | count | => | state | count | o |
|---|---|---|---|---|---|---|---|---|
| idle | IDLE | 0 | - | - | => | hold | hold | 0 |
| go | IDLE | 1 | - | - | => | RUN | 0 | 0 |
| wait | RUN | - | 0 | - | => | hold | hold | 0 |
| step | RUN | - | 1 | < 9999999 | => | hold | count + 1 | 0 |
| end | RUN | - | 1 | >= 9999999 | => | DONE | count | 0 |
| done | DONE | - | - | {done} | => | IDLE | 0 | 1 |
| over | DONE | - | - | {over} | => | NEVER | 0 | 1 |
| never | NEVER | - | - | - | => | NEVER | 0 | 1 |
"""
BOUND = "## Assumptions\n| id | always |\n|---|---|\n| A1 | count <= 9999999 |\n"

NESTED = """## Types
| name | definition |
|---|---|
| State | enum(IDLE, RUN, DONE) |

## Signals
| name | kind | type | reset |
|---|---|---|---|
| go | in | unsigned(1) | |
| state | register | State | IDLE |
| x | register | unsigned(4) | 0 |
| y | register | signed(5) | -16 |
| o | out | unsigned(1) | |

## Table t (priority)
| row | state | go | x | y | => | state | x | y | o |
|---|---|---|---|---|---|---|---|---|---|
| idle | IDLE | 0 | - | - | => | hold | hold | hold | 0 |
| go | IDLE | - | - | - | => | RUN | 15 | -16 | 0 |
| step | RUN | - | > 0 | - | => | hold | x - 1 | hold | 0 |
| line | RUN | - | - | < 15 | => | hold | 15 | y + 1 | 0 |
| end | RUN | - | - | - | => | DONE | hold | hold | 0 |
| else | - | - | - | - | => | IDLE | 0 | -16 | 1 |
"""


def test_a_count_of_ten_million_is_skipped(make_unit: MakeUnit) -> None:
    """The last state needs ten million steps, and the invariant shows that one has no way in."""
    unit = make_unit(TIMER.format(assumptions=BOUND, done="<= 9999999", over="> 9999999"))
    found = [(f.code, f.verdict, f.message) for f in check(unit) if f.code == "unreachable"]
    assert found == [("unreachable", "fault", "register state can never be NEVER")]


def test_a_counter_inside_a_counter(make_unit: MakeUnit) -> None:
    assert check(make_unit(NESTED)) == []


def test_undecided_is_no_pass(make_unit: MakeUnit) -> None:
    """Without the invariant neither side can be shown."""
    unit = make_unit(TIMER.format(assumptions="", done="<= 9999999", over="> 9999999"))
    (finding,) = check(unit, patience=0.3)
    assert (finding.code, finding.verdict) == ("unreachable", "unknown")
    question = "whether register state can ever be NEVER"
    assert finding.message == f"not decided by search and induction: {question}"


def test_a_question_without_an_answer_is_a_finding(make_unit: MakeUnit) -> None:
    """Factors of a product of two primes: nothing that one millisecond decides."""
    unit = make_unit(
        "## Signals\n| name | kind | type |\n|---|---|---|\n"
        "| a | in | unsigned(60) |\n| b | in | unsigned(60) |\n| o | out | unsigned(1) |\n\n"
        "## Table t (unique)\n| row | a * b == 1152921470247108503 * 1000000007 | => | o |\n"
        "|---|---|---|---|\n| yes | 1 | => | 1 |\n| no | 0 | => | 0 |\n"
    )
    findings = check(unit, limit=0.001)
    assert findings
    assert {f.verdict for f in findings} == {"unknown"}
    assert all(f.message.startswith("not decided within 0.001 s: whether ") for f in findings)


def test_a_search_far_ahead_under_assumptions(make_unit: MakeUnit) -> None:
    """The proof remembers which of them it has used, in each of its solvers."""
    needless = "## Assumptions\n| id | always |\n|---|---|\n| A1 | not (go and tick) |\n"
    unit = make_unit(TIMER.format(assumptions=needless, done="<= 9999999", over="> 9999999"))
    found = {(f.code, f.verdict) for f in check(unit, patience=0.3)}
    assert ("unreachable", "unknown") in found
