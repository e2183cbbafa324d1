"""The same words as Verilog and C read them: operators of another precedence.

Tables bind ``not`` looser than comparisons, and comparisons looser than ``& ^ |``. Verilog and C
bind ``not`` like ``~``, comparisons tighter than ``& ^ |`` and ``==`` looser than ``<``, and chain
them. All other operators bind alike.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from spikewright.lct.expression import Ast

__all__ = ["bracketed", "differing", "verilog_reading"]

_TIGHTER = (
    ("or",),
    ("and",),
    ("|",),
    ("^",),
    ("&",),
    ("==", "!="),
    ("<", "<=", ">", ">="),
    ("<<", ">>"),
    ("+", "-"),
    ("*",),
)
_BINDS = {word: level for level, words in enumerate(_TIGHTER) for word in words}
_PREFIX = ("not", "unary")
_INFIX = {"or": "or", "and": "and"} | dict.fromkeys(_TIGHTER[5] + _TIGHTER[6], "compare")


def verilog_reading(ast: Ast) -> Ast:
    """The tree that Verilog's precedence makes of the words of a tree."""
    if ast.kind not in (*_PREFIX, *_INFIX.values(), "binary"):
        return replace(ast, parts=tuple(verilog_reading(p) for p in ast.parts))
    words = list(_words(ast))[::-1]
    return _infix(words, 0)


def _words(ast: Ast) -> Iterator[Ast | str]:
    """Operands, operators between them, and prefix operators as trees without parts."""
    if ast.kind in _PREFIX:
        yield replace(ast, parts=())
        yield from _words(ast.parts[0])
    elif ast.kind in ("or", "and", "compare", "binary"):
        left, right = ast.parts
        yield from _words(left)
        yield ast.value or ast.kind
        yield from _words(right)
    else:
        yield verilog_reading(ast)


def _infix(words: list[Ast | str], loosest: int) -> Ast:
    """Read operators that bind at least so tightly; what is left to read stands reversed."""
    left = _operand(words)
    while words:
        word = words[-1]
        assert isinstance(word, str)
        if _BINDS[word] < loosest:
            break
        words.pop()
        right = _infix(words, _BINDS[word] + 1)
        kind = _INFIX.get(word, "binary")
        value = "" if word == kind else word
        left = Ast(kind, value, (left, right), left.start, right.end)
    return left


def _operand(words: list[Ast | str]) -> Ast:
    word = words.pop()
    assert isinstance(word, Ast)
    if word.kind not in _PREFIX:
        return word
    part = _operand(words)
    return replace(word, parts=(part,), end=part.end)


def differing(one: Ast, other: Ast) -> tuple[Ast, Ast]:
    """The smallest parts of two readings that hold all in which they differ."""
    while (one.kind, one.value, len(one.parts)) == (other.kind, other.value, len(other.parts)):
        pairs = [(a, b) for a, b in zip(one.parts, other.parts, strict=True) if a != b]
        if len(pairs) != 1 or (pairs[0][0].start, pairs[0][0].end) != (
            pairs[0][1].start,
            pairs[0][1].end,
        ):
            break
        one, other = pairs[0]
    return one, other


def bracketed(text: str, one: Ast, other: Ast) -> str:
    """The text of `one`, with parentheses around what `other` does not take together.

    Parameters
    ----------
    text : str
        The characters that both span.
    """
    others = {(a.start, a.end) for a in _walk(other)}
    spans = {(a.start, a.end) for a in _walk(one)} - others
    opened = [start for start, _ in spans]
    closed = [end for _, end in spans]
    return "".join(
        ")" * closed.count(at) + "(" * opened.count(at) + letter
        for at, letter in enumerate(text + " ", one.start)
    ).rstrip()


def _walk(ast: Ast) -> Iterator[Ast]:
    yield ast
    for part in ast.parts:
        yield from _walk(part)
