"""Every operation of the table language: its Amaranth text, and a proof that it is right."""

from __future__ import annotations

from pathlib import Path

import pytest

from spikewright.lct.compile import compile_unit
from spikewright.lct.library import Library
from spikewright.lct.prove import prove_unit
from spikewright.lct.scope import FUNCTIONS
from spikewright.lct.types import Int

HEAD = """\
# sample

## Parameters
| name | value |
|---|---|
| W | 5 |
| N | 3 |
| M | 2 * N - 1 |

## Types
| name | definition |
|---|---|
| State | enum(IDLE, RUN = 2, STOP) |
| Pair | struct(x: signed(W), state: State, list: array(signed(3), 4), two: unsigned(2)) |

## Signals
| name | kind | type |
|---|---|---|
| a | in | unsigned(W) |
| b | in | signed(W) |
| c | in | unsigned(1) |
| i | in | unsigned(2) |
| e | in | State |
| s | in | Pair |
| v | in | array(Pair, 4) |
"""
USES = "| all | out | unsigned(9) |\n"
USE = "trunc(cat(a, b, c, i, e, s, v, W, N, M), 9)"

# The expression in the table and in Amaranth.
CASES = [
    ("0x1F", "0x1F"),
    ("7", "7"),
    ("-7", "-7"),
    ("W", "self.w"),
    ("M", "self.m"),
    ("a", "self.a"),
    ("s.x", "self.s.x"),
    ("s.two", "self.s.two"),
    ("s.list[2]", "self.s.list[2]"),
    ("s.list[i]", "self.s.list[self.i]"),
    ("v[i].list[N]", "self.v[self.i].list[self.n]"),
    ("a[2]", "self.a[2]"),
    ("a[N - 1]", "self.a[self.n - 1]"),
    ("a[i]", "bit(self.a, self.i)"),
    ("b[a]", "bit(self.b, self.a)"),
    ("a[0:3]", "self.a[:3]"),
    ("b[1:N]", "self.b[1 : self.n]"),
    ("(a + b)[1:N + 1]", "(self.a + self.b)[1 : self.n + 1]"),
    ("-b", "-self.b"),
    ("-(a + b)", "-(self.a + self.b)"),
    ("~a", "~self.a"),
    ("~(a + 1)", "~(self.a + 1)"),
    ("~(a + (N - W))", "~(self.a + (self.n - self.w))"),
    ("~W", "~Const(self.w)"),
    ("not c", "~self.c"),
    ("not a == 3", "self.a != 3"),
    ("not (c and a > 3)", "~(self.c & (self.a > 3))"),
    ("a + b - a", "self.a + self.b - self.a"),
    ("a - (b - a)", "self.a - (self.b - self.a)"),
    ("3 - a", "3 - self.a"),
    ("(a + b) * b", "(self.a + self.b) * self.b"),
    ("a & b \\| 3 ^ a", "(self.a & self.b) | (3 ^ self.a)"),
    ("a + 1 & b", "(self.a + 1) & self.b"),
    ("a << 2", "self.a.shift_left(2)"),
    ("a << N", "self.a.shift_left(self.n)"),
    ("b << i", "self.b << self.i"),
    ("1 << i", "1 << self.i"),
    ("b >> 2", "self.b >> 2"),
    ("a >> 9", "self.a >> 9"),
    ("b >> a", "self.b >> self.a"),
    ("cat(a >> 9, a)", "Cat(shift_right(self.a, 9), self.a)"),
    ("a == b", "self.a == self.b"),
    ("b < 3", "self.b < 3"),
    ("3 >= b", "3 >= self.b"),
    ("s == v[0]", "self.s == self.v[0]"),
    ("s.list != v[1].list", "self.s.list != self.v[1].list"),
    ("e == RUN", "self.e == State.RUN"),
    ("e != s.state", "self.e != self.s.state"),
    ("c and a > 3 and b < 0", "self.c & (self.a > 3) & (self.b < 0)"),
    ("c or not c and W > N", "self.c | (~self.c & (self.w > self.n))"),
    ("a if c else b", "Mux(self.c, self.a, self.b)"),
    ("N if c else -b", "Mux(self.c, self.n, -self.b)"),
    ("~(3 if c else M - 6)", "~Mux(self.c, 3, self.m - 6)"),
    ("a if W > N else b", "self.a if self.w > self.n else self.b"),
    ("(b if W < N else a) + 1", "(self.b if self.w < self.n else self.a) + 1"),
    ("b * (7 if N == 3 else a)", "self.b * (Const(7) if self.n == 3 else self.a)"),
    (
        "a if W < N else b if W < M else 1",
        "self.a if self.w < self.n else self.b if self.w < self.m else Const(1)",
    ),
    ("~(a if W > N else b)", "~Mux(self.w > self.n, self.a, self.b)"),
    ("-trunc(a if W > N else b, 3)", "-trunc(Mux(self.w > self.n, self.a, self.b), 3)"),
    ("(e if W < N else STOP) == RUN", "choose(self.w < self.n, self.e, State.STOP) == State.RUN"),
    ("(e if c else STOP) == RUN", "choose(self.c, self.e, State.STOP) == State.RUN"),
    ("(s if c else v[i]).x", "choose(self.c, self.s, self.v[self.i]).x"),
    ("(s with x = b, state = RUN).x", "replace(self.s, x=self.b, state=State.RUN).x"),
    (
        "Pair(x = 1, state = e, list = s.list, two = i) == s",
        "build(self._pair, x=1, state=self.e, list=self.s.list, two=self.i) == self.s",
    ),
    ("clamp(b, -3, M)", "clamp(self.b, -3, self.m)"),
    ("clamp(a, 0, 7)", "clamp(self.a, 0, 7)"),
    ("clamp(b, 4, 5)", "clamp(self.b, 4, 5)"),
    ("~clamp(a, 1, 9)", "~clamp(self.a, 1, 9)"),
    ("trunc(a * a, W)", "trunc(self.a * self.a, self.w)"),
    ("-trunc(b - a, 3)", "-trunc(self.b - self.a, 3)"),
    ("trunc(b, 9) + 1", "trunc(self.b, 9) + 1"),
    ("~trunc(a - (W - 6), 2)", "~trunc(self.a - (self.w - 6), 2)"),
    ("trunc(b - a, 4)", "self.b - self.a"),
    ("cat(RUN, a)", "Cat(State.RUN, self.a)"),
    ("cat(b, c, 1, e)", "Cat(self.b, self.c, Const(1), self.e)"),
    ("cat(s, W > N, M - 1)", "Cat(self.s, Const(self.w > self.n), Const(self.m - 1))"),
    ("popcount(a)", "popcount(m, self.a)"),
    ("popcount(b - a)", "popcount(m, self.b - self.a)"),
    ("first_one(b)", "first_one(self.b)"),
    ("first_one(cat(a, b, s))", "first_one(Cat(self.a, self.b, self.s))"),
    ("sign(b)", "sign(self.b)"),
    ("sign(a)", "sign(self.a)"),
    ("abs(b)", "abs(self.b)"),
    ("abs(a - b)", "abs(self.a - self.b)"),
    ("a + clog2(M)", "self.a + clog2(self.m)"),
    ("a + (W if W > N else N)", "self.a + max(self.w, self.n)"),
    ("a + (W if N == 3 else N)", "self.a + (self.w if self.n == 3 else self.n)"),
]


def unit_text(expressions: list[str], kinds: list[str]) -> str:
    outputs = "".join(f"| y{n} | out | {kind} |\n" for n, kind in enumerate(kinds))
    names = " | ".join(f"y{n}" for n in range(len(expressions)))
    head = f"| row | => | all | {names} |\n|{'---|' * (len(expressions) + 3)}\n"
    row = f"| r | => | {USE} | {' | '.join(expressions)} |\n"
    return f"{HEAD}{USES}{outputs}\n## Table t (unique)\n{head}{row}"


def exact_kinds(folder: Path) -> list[str]:
    """The type of each expression, so that every bit of it is compared."""
    wide = unit_text([e for e, _ in CASES], ["signed(99)"] * len(CASES))
    (folder / "sample.lct.md").write_text(wide)
    cells = Library(folder).unit("sample").tables[0].rows[0].targets[1:]
    kinds = [c.type for c in cells]  # type: ignore[union-attr]
    assert all(isinstance(k, Int) for k in kinds)
    return [str(k) for k in kinds]


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Library:
    folder = tmp_path_factory.mktemp("operations")
    text = unit_text([e for e, _ in CASES], exact_kinds(folder))
    (folder / "sample.lct.md").write_text(text)
    return Library(folder)


def test_every_operation_reads_like_this(library: Library) -> None:
    text = " ".join(compile_unit(library.unit("sample"), library).split())
    text = text.replace("( ", "(").replace(", )", ")").replace(" )", ")")
    for n, (expression, amaranth) in enumerate(CASES):
        assert f"self.y{n}.eq({amaranth})" in text, expression


def test_every_operation_is_proven(library: Library) -> None:
    assert prove_unit("sample", library) == []


def test_every_operation_is_proven_at_other_widths(library: Library) -> None:
    assert prove_unit("sample", library, {"w": 7}) == []


def test_no_operation_is_missing() -> None:
    text = " ".join(e for e, _ in CASES)
    for function in FUNCTIONS:
        assert f"{function}(" in text
    operators = "+ - * & | ^ ~ << >> == != < >= > and or not if with"
    for operator in operators.split():
        assert operator in text
