"""HDL without comments is the same HDL."""

from __future__ import annotations

import ast
import gc
import time
from threading import Thread
from typing import Any

import pytest

from spikewright.lct.compile import compile_unit
from spikewright.lct.front.refusal import Refused
from spikewright.lct.front.scan import tokens
from spikewright.lct.library import Library
from spikewright.tools.llm.strip import parse_python, without_comments

LIBRARY = Library()


class Bare(ast.NodeTransformer):
    """Takes texts out that stand as statements; an empty block gets `pass`."""

    def generic_visit(self, node: ast.AST) -> ast.AST:
        super().generic_visit(node)
        for part in ("body", "orelse", "finalbody"):
            block = getattr(node, part, None)
            if isinstance(block, list) and block:
                kept = [s for s in block if not self.remark(s)]
                setattr(node, part, kept or [ast.Pass()])
        return node

    @staticmethod
    def remark(node: ast.stmt) -> bool:
        return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant | ast.JoinedStr)


COMPILED = [n for n in LIBRARY.names() if LIBRARY.unit(n).kind != "external"]
night = pytest.mark.nightly


@pytest.mark.parametrize(
    "name", [n if k % 4 == 0 else pytest.param(n, marks=night) for k, n in enumerate(COMPILED)]
)
def test_amaranth_keeps_its_syntax_tree(name: str) -> None:
    source = compile_unit(LIBRARY.unit(name))
    bare = without_comments(source, "amaranth")
    assert ast.dump(ast.parse(bare)) == ast.dump(Bare().visit(ast.parse(source)))
    assert "#" not in bare
    assert '"""' not in bare


@pytest.mark.parametrize(
    ("text", "bare"),
    [
        ("a = 1  # b\n", "a = 1\n"),
        ('a = "# b"  # c\n', 'a = "# b"\n'),
        ("def f():\n    'only'\n", "def f():\n    pass\n"),
        ("def f():\n    'first'\n    g()\n", "def f():\n\n    g()\n"),
        ("'one'; a = 1; 'two'\n", "pass; a = 1; pass\n"),
        ("a = 'é' # é\n'é'; b = 2\n", "a = 'é'\npass; b = 2\n"),
        ('"""a\nb"""\nx = (\n    1,  # one\n)\n', "x = (\n    1,\n)\n"),
        ("x = '\\d'\r\n# y\r\n", "x = '\\d'\n"),
    ],
)
def test_python_by_hand(text: str, bare: str) -> None:
    assert without_comments(text, "amaranth") == bare


@pytest.mark.parametrize(
    ("text", "bare"),
    [
        ("wire a; // b\nwire c;", "wire a;\nwire c;\n"),
        ("wire/* a */b;", "wire b;\n"),
        ("a = 1; /* b\n c */ d = 2;", "a = 1; d = 2;\n"),
        ('x = "// no comment"; // one', 'x = "// no comment";\n'),
        ("wire \\a//b ; // c", "wire \\a//b ;\n"),
        ("always @(*) a = b;", "always @(*) a = b;\n"),
        ("always @( * ) a = b;", "always @( * ) a = b;\n"),
        ("(* keep *) wire a;", " wire a;\n"),
        ('(* src = "unit.v:3" , b *)\n  wire a;', "  wire a;\n"),
        ('$display("a", b, f("c")); x = "d";', '$display("", b, f("")); x = "d";\n'),
        ("`ifdef A\nwire a;\n`else\nwire b;\n`endif\nwire c;", "wire b;\nwire c;\n"),
        ("`ifdef SYNTHESIS\nwire a;\n`endif", "wire a;\n"),
        ("`define A\n`ifdef A\nwire a;\n`endif", "`define A\nwire a;\n"),
    ],
)
def test_verilog_by_hand(text: str, bare: str) -> None:
    assert without_comments(text, "verilog") == bare


def test_verilog_keeps_its_tokens() -> None:
    text = "module a; // b\n  assign x = y /* z */ + 1'b0;\n\n\n\nendmodule"
    kept = [t.text for t in tokens(text) if t.kind != "comment"]
    assert [t.text for t in tokens(without_comments(text, "verilog"))] == kept


@pytest.mark.parametrize("text", ["def f(:\n", "x = '", "  a\n b\n", "\x00", "(" * 500])
def test_what_is_no_python_is_refused(text: str) -> None:
    with pytest.raises(Refused) as caught:
        without_comments(text, "amaranth")
    assert str(caught.value) == "Amaranth is read as Python, and this is none"


def test_threads_parse_one_after_the_other() -> None:
    """CPython 3.11 mixes up how deep two trees are where the collector lets another thread in."""
    text = "\n".join(f"x{i} = ((a{i} + b) * c[{i}:{i + 1}]).f(g, h={i})" for i in range(60))
    wrong: list[SystemError] = []

    class Slow:
        def __del__(self) -> None:
            time.sleep(0.0002)

    def parse() -> None:
        for _ in range(6):
            for _ in range(20):
                slow: Any = Slow()
                slow.me = slow
            try:
                parse_python(text)
            except SystemError as error:
                wrong.append(error)

    before = gc.get_threshold()
    gc.set_threshold(50)
    try:
        threads = [Thread(target=parse) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        gc.set_threshold(*before)
    assert wrong == []
