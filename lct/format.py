"""The one way to write a unit file: spacing of cells and expressions, blank lines around tables.

Nothing is aligned, so that a change of one cell is a change of one line. Prose and fenced code stay
as they are, and so does a table that does not parse: a check tells what is wrong with it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from spikewright.lct.expression import Parser, SyntaxFault, Token
from spikewright.lct.markdown import RULE, split_row

__all__ = ["format_expression", "format_text"]

_EXPRESSIONS = {
    "Parameters": ("value",),
    "Types": ("definition",),
    "Signals": ("type", "reset"),
    "Definitions": ("expression",),
    "Assumptions": ("always",),
}
_WORDS = ("row", "=>", "note")
_TIGHT_AFTER = ("(", "[", "{", ".", "..")
_TIGHT_BEFORE = (")", "]", "}", ",", ":", ".", "..", "[")


def format_expression(text: str) -> str:
    """One cell with the usual spaces; what does not parse stays as it is.

    Examples
    --------
    >>> format_expression("clamp( a+1,-3 , 4 )")
    'clamp(a + 1, -3, 4)'
    """
    if text in ("-", "*"):
        return text
    try:
        tokens = Parser(text).tokens[:-1]
    except SyntaxFault:
        return text
    out, brackets, unary = "", "", False
    for i, token in enumerate(tokens):
        before = tokens[i - 1] if i else None
        if before and not unary and not _tight(before, token, brackets):
            out += " "
        out += token.text
        if token.text in ("(", "[", "{"):
            brackets += token.text
        elif token.text in (")", "]", "}"):
            brackets = brackets[:-1]
        unary = token.text in ("-", "~") and (before is None or _wants_more(before))
    return out


def _wants_more(token: Token) -> bool:
    """Whether an operand follows, so that a minus is a sign."""
    return token.kind == "op" and token.text not in (")", "]", "}")


def _tight(before: Token, token: Token, brackets: str) -> bool:
    if before.kind == "op" and before.text in _TIGHT_AFTER:
        return True
    if token.kind == "op" and token.text in _TIGHT_BEFORE:
        return True
    if before.text == ":" and brackets.endswith("["):
        return True
    return token.text == "(" and before.kind == "name"


def format_text(text: str) -> str:
    """A whole file in the one way to write it. Formatting the result changes nothing."""
    out: list[str] = []
    for block in _blocks(text.splitlines()):
        lines = block.lines
        if block.kind == "table":
            lines = _table(lines, block.section)
        if block.kind == "prose":
            while lines and not lines[0].strip():
                lines = lines[1:]
            while lines and not lines[-1].strip():
                lines = lines[:-1]
        if not lines:
            continue
        follows_heading = bool(out) and block.after == "section"
        if out and not (follows_heading and block.kind == "table"):
            out.append("")
        out += lines
    return "\n".join(out) + "\n" if out else ""


@dataclass
class _Block:
    """Lines of one kind: ``heading``, ``table`` or ``prose``.

    `after` is what stands before, apart from blank lines: a section's heading or anything else.
    """

    kind: str
    lines: list[str]
    section: str
    after: str


def _blocks(lines: list[str]) -> list[_Block]:
    blocks: list[_Block] = []
    section, fenced, last = "", False, ""
    for line in lines:
        fence = line.lstrip().startswith("```")
        heading = None if fenced else re.match(r"^(#{1,2})\s+(.*?)\s*$", line)
        kind = "heading" if heading else "prose"
        if not fenced and not fence and line.startswith("|"):
            kind = "table"
        fenced ^= fence
        if heading:
            section = heading[2] if heading[1] == "##" else ""
        if blocks and blocks[-1].kind == kind != "heading":
            blocks[-1].lines.append(line)
        else:
            first = f"{heading[1]} {heading[2]}" if heading else line
            blocks.append(_Block(kind, [first], section, last))
        if line.strip():
            last = "section" if heading and section else kind
    return blocks


def _table(lines: list[str], section: str) -> list[str]:
    bodies = [line.rstrip() for line in lines]
    if len(bodies) < 2 or not RULE.match(bodies[1]) or not all(b.endswith("|") for b in bodies):
        return lines
    # Reading puts a space before an escaped pipe, so that columns stay where they are.
    rows = [[c.text.replace(" |", "|") for c in split_row(b, 0)] for b in bodies]
    header = rows[0]
    if any(len(row) != len(header) for row in rows):
        return lines
    logic = section.startswith("Table ")
    if logic:
        header = [c if c in _WORDS else format_expression(c) for c in header]
    exact = [
        name not in _WORDS if logic else name in _EXPRESSIONS.get(section, ()) for name in header
    ]
    done = [_row(header), "|" + "---|" * len(header)]
    for row in rows[2:]:
        cells = zip(row, exact, strict=True)
        done.append(_row([format_expression(c) if e else c for c, e in cells]))
    return done


def _row(cells: list[str]) -> str:
    texts = (c.replace("|", "\\|") for c in cells)
    return "|" + "|".join(f" {t} " if t else " " for t in texts) + "|"
