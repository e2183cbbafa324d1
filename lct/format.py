"""The one way to write a unit file: spacing of cells and expressions, blank lines around tables.

Nothing is aligned, so that a change of one cell is a change of one line. Prose and fenced code stay
as they are, and so does a table that does not parse: a check tells what is wrong with it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from spikewright.lct.expression import Parser, SyntaxFault, Token
from spikewright.lct.markdown import RULE, split_lines, split_row

__all__ = ["Block", "blocks", "format_expression", "format_text", "table_line", "table_rows"]

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
    for block in blocks(text):
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
class Block:
    """Lines of one kind: ``heading``, ``table`` or ``prose``.

    `after` is what stands before, apart from blank lines: a section's heading or anything else.
    """

    kind: str
    lines: list[str]
    section: str
    after: str


def blocks(text: str) -> list[Block]:
    """The lines of a file, grouped: each heading, and what follows it."""
    found: list[Block] = []
    section, fenced, last = "", False, ""
    for line in split_lines(text):
        fence = line.lstrip().startswith("```")
        heading = None if fenced else re.match(r"^(#{1,2})\s+(.*?)\s*$", line)
        kind = "heading" if heading else "prose"
        if not fenced and not fence and line.startswith("|"):
            kind = "table"
        fenced ^= fence
        if heading:
            section = heading[2] if heading[1] == "##" else ""
        if found and found[-1].kind == kind != "heading":
            found[-1].lines.append(line)
        else:
            first = f"{heading[1]} {heading[2]}" if heading else line
            found.append(Block(kind, [first], section, last))
        if line.strip():
            last = "section" if heading and section else kind
    return found


def table_rows(lines: list[str]) -> list[list[str]] | None:
    """Cells of the header and of each row; None if the lines are no table that parses."""
    bodies = [line.rstrip() for line in lines]
    if len(bodies) < 2 or not RULE.match(bodies[1]) or not all(b.endswith("|") for b in bodies):
        return None
    # Reading puts a space before an escaped pipe, so that columns stay where they are.
    rows = [[c.text.replace(" |", "|") for c in split_row(b, 0)] for b in bodies]
    if any(len(row) != len(rows[0]) for row in rows):
        return None
    return [rows[0], *rows[2:]]


def _table(lines: list[str], section: str) -> list[str]:
    rows = table_rows(lines)
    if rows is None:
        return lines
    header = rows[0]
    logic = section.startswith("Table ")
    if logic:
        header = [c if c in _WORDS else format_expression(c) for c in header]
    exact = [
        name not in _WORDS if logic else name in _EXPRESSIONS.get(section, ()) for name in header
    ]
    done = [table_line(header), "|" + "---|" * len(header)]
    for row in rows[1:]:
        cells = zip(row, exact, strict=True)
        done.append(table_line([format_expression(c) if e else c for c, e in cells]))
    return done


def table_line(cells: list[str]) -> str:
    """One line of a table."""
    texts = (c.replace("|", "\\|") for c in cells)
    return "|" + "|".join(f" {t} " if t else " " for t in texts) + "|"
