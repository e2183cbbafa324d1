"""HDL without its comments: what a decoder may read of it, which is what the hardware is made of.

Comments of compiled sources name the rows that they come from, and a model could leave itself notes
there. Docstrings, attributes, texts that simulation prints and branches of conditional compilation
that no tool reads go as well.
"""

from __future__ import annotations

import ast
import io
import re
import threading
import tokenize
from collections.abc import Iterator
from itertools import pairwise

from spikewright.lct.front.refusal import Refused
from spikewright.lct.front.scan import Token, active, tokens

__all__ = ["parse_python", "without_comments"]

# Escapes that mean nothing: Python warns of them, and a warning is global to all threads.
_ODD_ESCAPE = re.compile(r"\\([^\n\\'\"abfnrtvxNuU0-7])")


def without_comments(text: str, language: str) -> str:
    """The text without comments, docstrings and printed texts; every other character stays.

    Parameters
    ----------
    language : str
        ``verilog`` or ``amaranth``.

    Raises
    ------
    Refused
        Amaranth that is no Python.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    bare = _python(text) if language == "amaranth" else _verilog(text)
    lines = [line.rstrip() for line in bare.split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip("\n") + "\n"


def _verilog(text: str) -> str:
    found = [t for t in tokens(text) if t.kind != "comment"]
    kept = _without_attributes(_quiet(list(active(iter(found), {"SYNTHESIS"} | _defined(found)))))
    out, at = [], 0
    for token, shown in kept:
        out += [_gap(text[at : token.at]), shown]
        at = token.at + len(token.text)
    return "".join(out)


def _gap(text: str) -> str:
    """What stands between two tokens; in place of what is left out, the end of its line."""
    if not text.strip():
        return text
    indent = text.rpartition("\n")[2]
    return f"\n{indent}" if "\n" in text and not indent.strip() else " "


def _defined(found: list[Token]) -> set[str]:
    return {after.text for token, after in pairwise(found) if token.text == "`define"}


def _quiet(found: list[Token]) -> Iterator[tuple[Token, str]]:
    """Each token and what is shown of it: strings that system tasks print are empty."""
    depth = 0
    for i, token in enumerate(found):
        if depth:
            depth += (token.text == "(") - (token.text == ")")
        elif token.text == "(" and i and found[i - 1].kind == "system":
            depth = 1
        yield token, '""' if depth and token.kind == "string" else token.text


def _without_attributes(found: Iterator[tuple[Token, str]]) -> Iterator[tuple[Token, str]]:
    """All but `(* ... *)`; the list of sensitivity `@(*)` begins the same way."""
    before = ""
    inside = False
    for token, shown in found:
        if token.text == "(*" and before != "@" and not inside:
            inside = True
        elif inside:
            inside = token.text != "*)"
        else:
            yield token, shown
        before = token.text


# CPython 3.11 counts how deep trees are for all threads together, and fails where two are at it.
_PARSING = threading.Lock()


def parse_python(text: str) -> ast.Module:
    """The syntax tree of a text that is not trusted, without Python's warnings.

    Raises
    ------
    ValueError
        It is no Python, or nested too deep.
    """
    try:
        # As long as before, so that places stay; a backslash outside of a string is a fault anyway.
        with _PARSING:
            return ast.parse(_ODD_ESCAPE.sub(r"__", text))
    except (SyntaxError, RecursionError, MemoryError) as error:
        raise ValueError(str(error)) from None


def _python(text: str) -> str:
    try:
        tree = parse_python(text)
        comments = [
            t
            for t in tokenize.generate_tokens(io.StringIO(text).readline)
            if t.type == tokenize.COMMENT
        ]
    except (ValueError, SyntaxError, tokenize.TokenError):
        raise Refused("syntax", "", "Amaranth is read as Python, and this is none") from None
    lines = text.split("\n")
    for comment in reversed(comments):
        row, column = comment.start
        lines[row - 1] = lines[row - 1][:column]
    remarks = sorted(_remarks(tree), key=lambda r: (r[0].lineno, r[0].col_offset))
    for node, alone in reversed(remarks):
        _blank(lines, node, alone)
    return "\n".join(lines)


def _remarks(tree: ast.Module) -> Iterator[tuple[ast.stmt, bool]]:
    """Statements that are nothing but a constant, and whether they are all that a block has."""
    for node in ast.walk(tree):
        for part in ("body", "orelse", "finalbody"):
            block = getattr(node, part, None)
            if isinstance(block, list):
                found = [s for s in block if _is_remark(s)]
                yield from ((s, len(found) == len(block)) for s in found)


def _is_remark(statement: ast.stmt) -> bool:
    if not isinstance(statement, ast.Expr):
        return False
    return isinstance(statement.value, ast.Constant | ast.JoinedStr)


def _blank(lines: list[str], node: ast.stmt, alone: bool) -> None:
    """Take a statement out, or put `pass` there; columns of the tree count bytes."""
    assert node.end_lineno is not None
    assert node.end_col_offset is not None
    first = lines[node.lineno - 1].encode()[: node.col_offset].decode()
    last = lines[node.end_lineno - 1].encode()[node.end_col_offset :].decode()
    shown = "pass" if alone or first.strip() or last.strip() else ""
    lines[node.lineno - 1 : node.end_lineno] = [f"{first}{shown}{last}"]
