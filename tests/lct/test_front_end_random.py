"""Whatever the text is, it becomes a unit or a list of findings, never an exception of Python."""

from collections.abc import Callable

from hypothesis import example, given, settings
from hypothesis import strategies as st

from spikewright.lct.check import check
from spikewright.lct.diagnostics import CODES, LctError
from spikewright.lct.ir import Unit
from spikewright.lct.library import UNITS

MakeUnit = Callable[[str], Unit]

HEAD = """## Parameters
| name | value |
|---|---|
| N | 4 |

## Types
| name | definition |
|---|---|
| Point | struct(x: unsigned(N), y: signed(3)) |
| Colour | enum(RED, GREEN = 2) |

## Signals
| name | kind | type | reset |
|---|---|---|---|
| a | in | unsigned(N) | |
| p | in stream | Point | |
| c | in | Colour | |
| l | in | array(signed(3), 5) | |
| r | register | unsigned(N) | 0 |
| o | out | unsigned(N) | |
"""

NAMES = "N a p c l r o p.payload p.valid p.payload.x Point Colour RED Colour.RED nobody"
CALLS = "abs cat clamp clog2 first_one popcount sign trunc Point"
SIGNS = ".. => == != <= >= < > << >> + - * & ^ ~ ( ) [ ] { } . , : = |"
WORDS = "if else and or not with hold"
NUMBERS = "0 1 3 -1 0x1f 0b1x01 0b11 4096 99999 012"
TOKENS = f"{NAMES} {CALLS} {SIGNS} {WORDS} {NUMBERS}".split(" ")
PHRASES = [
    "abs(x = 1)",
    "Point(x = 1, y = 2)",
    "p.payload with x = a",
    "clog2(0)",
    "l[a]",
    "a[1:3]",
    "a if a > 3 else r",
]

texts = st.lists(st.sampled_from(TOKENS + PHRASES), max_size=7).map(" ".join)


def survives(make_unit: MakeUnit, text: str) -> Unit | None:
    try:
        return make_unit(text)
    except LctError as error:
        fault = error
    assert fault.findings
    assert {f.code for f in fault.findings} <= set(CODES)
    for finding in fault.findings:
        span, lines = finding.place.span, fault.lines
        assert span is not None
        assert lines is not None
        # The caret stands under a line that there is, at most one place behind its end.
        assert 1 <= span.line <= len(lines)
        assert 1 <= span.column <= len(lines[span.line - 1]) + 1
    return None


def cell(text: str) -> str:
    return text.replace("|", "\\|")


@settings(max_examples=200)
@given(head=texts, condition=texts, target=texts, definition=texts)
@example(head="a", condition="-", target="abs(x = 1)", definition="a")
@example(head="a", condition="-", target="cat(x = 1)", definition="a")
@example(head="a", condition="-", target="a", definition="l[x = 1]")
def test_any_cell(
    make_unit: MakeUnit, head: str, condition: str, target: str, definition: str
) -> None:
    text = (
        f"{HEAD}\n## Definitions\n| name | expression |\n|---|---|\n| d | {cell(definition)} |\n\n"
        f"## Table t (priority)\n| row | {cell(head)} | => | o | r | p.ready |\n"
        f"|---|---|---|---|---|---|\n| one | {cell(condition)} | => | {cell(target)} | d | 0 |\n"
    )
    unit = survives(make_unit, text)
    if unit is not None:
        check(unit, limit=0.5, patience=0.1)


KINDS = "struct enum array signed unsigned Point ( ) , : = x y 3 N 0 . chip"
types = st.lists(st.sampled_from(KINDS.split(" ")), max_size=8).map(" ".join)


@settings(max_examples=100)
@given(kind=types, value=texts, reset=texts)
def test_any_declaration(make_unit: MakeUnit, kind: str, value: str, reset: str) -> None:
    text = (
        f"## Parameters\n| name | value |\n|---|---|\n| N | {cell(value)} |\n\n"
        f"## Types\n| name | definition |\n|---|---|\n| Point | {cell(kind)} |\n\n"
        f"## Signals\n| name | kind | type | reset |\n|---|---|---|---|\n"
        f"| r | register | Point | {cell(reset)} |\n| s | register | {cell(kind)} | 0 |\n"
        f"\n## Table t (unique)\n| row | => | r | s |\n|---|---|---|---|\n| all | => | hold | s |\n"
    )
    survives(make_unit, text)


GOOD = [p.read_text(encoding="utf-8").partition("\n")[2] for p in sorted(UNITS.glob("*.lct.md"))]


@settings(max_examples=100)
@given(
    text=st.sampled_from(GOOD),
    edits=st.lists(st.tuples(st.floats(0, 1), st.sampled_from(["", "|", "\n", "#", "- ", "=>"]))),
)
def test_any_damage(make_unit: MakeUnit, text: str, edits: list[tuple[float, str]]) -> None:
    for where, what in edits:
        at = int(where * len(text))
        text = text[:at] + what + text[at + 1 :]
    survives(make_unit, text)
