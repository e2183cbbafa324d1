"""The one way to write a file: meaning and prose stay, and a second time changes nothing."""

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spikewright.lct.diagnostics import Diagnostics
from spikewright.lct.expression import Parser, SyntaxFault
from spikewright.lct.format import format_expression, format_text
from spikewright.lct.ir import Node, Unit
from spikewright.lct.library import SUFFIX, UNITS, Library
from spikewright.lct.markdown import parse_markdown

MakeUnit = Callable[[str], Unit]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("-", "-"),
        ("*", "*"),
        ("hold", "hold"),
        ("a-b", "a - b"),
        ("- 1", "-1"),
        ("a- -b", "a - -b"),
        ("~ x&1", "~x & 1"),
        ("not{A,B}", "not {A, B}"),
        (">0", "> 0"),
        ("1 .. 15", "1..15"),
        ("-3..-1", "-3..-1"),
        ("a[ 3 : 5 ] . x", "a[3:5].x"),
        ("a[i][ j+1 ]", "a[i][j + 1]"),
        ("x if c else-y", "x if c else -y"),
        ("a if(b)else c", "a if (b) else c"),
        ("S with dx=a-1,dy=2", "S with dx = a - 1, dy = 2"),
        ("struct(dx:signed(9),dy : unsigned( 4 ))", "struct(dx: signed(9), dy: unsigned(4))"),
        ("enum(A,B=2)", "enum(A, B = 2)"),
        ("clamp(-a,-3,-b)", "clamp(-a, -3, -b)"),
        ("a  |  b", "a | b"),
        ("0b1x0", "0b1x0"),
        ("a $ b", "a $ b"),
        ("", ""),
    ],
)
def test_expression(text: str, expected: str) -> None:
    assert format_expression(text) == expected
    assert format_expression(expected) == expected


UGLY = """
#   ugly


Prose  with   spaces.
| not | a table: no rule |
Prose.
## Signals

|name|kind|type|reset|meaning|
|:---|---:|:---:|---|---|
|a |in|unsigned( 4 )||  a \\| b,  as  it was  |
|o|out|unsigned(5)| ||
Prose at once.
```
| fenced |
## fenced
```
## Table t (unique)


More prose.
|row|a>1|=>|o|note|
|---|---|---|---|---|
|big|1|=>|(a|b)|  a+b |
|bad|
"""

PRETTY = """# ugly

Prose  with   spaces.

| not | a table: no rule |

Prose.

## Signals
| name | kind | type | reset | meaning |
|---|---|---|---|---|
| a | in | unsigned(4) | | a \\| b,  as  it was |
| o | out | unsigned(5) | | |

Prose at once.
```
| fenced |
## fenced
```

## Table t (unique)

More prose.

|row|a>1|=>|o|note|
|---|---|---|---|---|
|big|1|=>|(a|b)|  a+b |
|bad|
"""


def test_text() -> None:
    assert format_text(UGLY) == PRETTY
    assert format_text(PRETTY) == PRETTY


def test_nothing() -> None:
    assert format_text("\n\n") == ""


def shape(node: Node | str | None) -> object:
    """An expression without its places."""
    if not isinstance(node, Node):
        return node
    return node.op, node.type, node.value, [shape(a) for a in node.args]


def meaning(unit: Unit) -> list[object]:
    """What a unit says, without names of files and places."""
    return [
        [(p.name, p.value, p.base) for p in unit.parameters.values()],
        [(t.name, t.type, t.meaning) for t in unit.types.values()],
        [(s.name, s.kind, s.type, shape(s.reset), s.meaning) for s in unit.signals.values()],
        [(d.name, shape(d.node), d.meaning) for d in unit.definitions.values()],
        [(a.id, shape(a.node), a.why) for a in unit.assumptions],
        [(i.name, i.unit.name, i.meaning) for i in unit.instances.values()],
        [(c.source, c.sink) for c in unit.connections],
        [
            [
                (t.name, t.policy, [shape(c.node) for c in t.conditions]),
                [(r.id, r.note, r.is_else) for r in t.rows],
                [[shape(c) for c in (*r.conditions, *r.targets)] for r in t.rows],
            ]
            for t in unit.tables
        ],
    ]


def spread(text: str) -> str:
    """The same tables with spaces where they do not matter, and more blank lines."""
    lines = []
    for line in text.splitlines():
        row = line.startswith("|") and "---" not in line
        wide = line.replace("|", "   |  ").replace("\\   |", "\\|").strip() + " "
        lines.append(wide if row else line)
        if not line:
            lines.append("")
    return "\n".join(lines)


@pytest.mark.parametrize("name", Library().names())
def test_units_keep_their_meaning(name: str, tmp_path: Path) -> None:
    for path in UNITS.glob(f"*{SUFFIX}"):
        (tmp_path / path.name).write_bytes(path.read_bytes())
    text = (UNITS / f"{name}{SUFFIX}").read_text(encoding="utf-8")
    before = meaning(Library().unit(name))
    for version in (text, spread(text)):
        done = format_text(version)
        assert format_text(done) == done
        (tmp_path / f"{name}{SUFFIX}").write_text(done, encoding="utf-8")
        assert meaning(Library(tmp_path).unit(name)) == before


WORDS = "a b9 if else and or not with hold 0 1 0x1f 0b1x0"
SIGNS = ".. => == != <= >= < > << >> + - * & | ^ ~ ( ) [ ] { } . , : ="
TOKENS = st.sampled_from([*WORDS.split(), *SIGNS.split()])


def words(text: str) -> list[str]:
    return [t.text for t in Parser(text).tokens]


@given(st.lists(TOKENS, max_size=12), st.lists(st.sampled_from(["", " ", "  "]), max_size=12))
def test_any_text_keeps_its_words(tokens: list[str], gaps: list[str]) -> None:
    text = "".join(t + g for t, g in zip(tokens, gaps, strict=False)).strip()
    done = format_expression(text)
    try:
        expected = words(text)
    except SyntaxFault:
        assert done == text
    else:
        assert words(done) == expected
        assert format_expression(done) == done


@given(st.text(alphabet="|-#: \\`\nab=>", max_size=60))
def test_any_file_settles_at_once(text: str) -> None:
    done = format_text(text)
    assert format_text(done) == done
    tables = [
        [
            (s.title, s.table and [[c.text for c in r.cells] for r in s.table.rows])
            for s in parse_markdown(Path("x.lct.md"), t, Diagnostics()).sections
        ]
        for t in (text, done)
    ]
    assert tables[0] == tables[1]
