"""The layout of generated source: lines of at most 100 columns, broken inside brackets.

Works on text: generated code has no string that holds a bracket or a comma outside docstrings, and
puts spaces around its binary operators.
"""

from __future__ import annotations

import textwrap

__all__ = ["WIDTH", "assignments", "comment_lines", "commented", "docstring", "paragraphs", "wrap"]

WIDTH = 100
_OPEN, _CLOSE = "([{", ")]}"
# Loosest first: where a long expression is broken.
_OPERATORS = (
    (" if ", " else "),
    (" | ",),
    (" ^ ",),
    (" & ",),
    (" == ", " != ", " <= ", " >= ", " < ", " > "),
    (" << ", " >> "),
    (" + ", " - "),
    (" * ",),
)


def wrap(line: str, room: int = 0) -> list[str]:
    """The line, in several lines if it is too long; `room` columns are kept free at its end."""
    if len(line) + room <= WIDTH:
        return [line]
    found = _last_bracket(line)
    if found is None:
        return [line]
    start, end = found
    body, tail = line[start + 1 : end].strip(), line[end:]
    if not body:
        return [line]
    indent = " " * (len(line) - len(line.lstrip()) + 4)
    inner = [indent + body] if len(indent + body) <= WIDTH else _split(body, indent)
    return [line[: start + 1], *inner, indent[4:] + tail]


def _split(body: str, indent: str) -> list[str]:
    """The inside of a bracket, one part a line."""
    parts = _pieces(body, (",",))
    if len(parts) == 1 and not body.endswith(","):
        return _lines(body, "", indent)
    return [line for _, part in parts for line in _lines(part.strip(), ",", indent)]


def _lines(text: str, end: str, indent: str) -> list[str]:
    """One part, broken at its loosest operator if it is too long."""
    if len(indent) + len(text) + len(end) <= WIDTH:
        return [f"{indent}{text}{end}"]
    for operators in _OPERATORS:
        pieces = _pieces(text, operators)
        if len(pieces) > 1:
            lines = [x for o, p in pieces for x in wrap(f"{indent}{o.lstrip()}{p.strip()}")]
            return [*lines[:-1], f"{lines[-1]}{end}"]
    return wrap(f"{indent}{text}{end}")


def _pieces(text: str, separators: tuple[str, ...]) -> list[tuple[str, str]]:
    """Parts between separators outside all brackets, each with the separator before it."""
    pieces: list[tuple[str, str]] = []
    depth, start, before = 0, 0, ""
    at = 0
    while at < len(text):
        depth += (text[at] in _OPEN) - (text[at] in _CLOSE)
        hit = next((s for s in separators if depth == 0 and text.startswith(s, at)), None)
        if hit is not None:
            pieces.append((before, text[start:at]))
            before, start = hit, at + len(hit)
            at = start
        else:
            at += 1
    if text[start:].strip():
        pieces.append((before, text[start:]))
    return pieces


def _last_bracket(line: str) -> tuple[int, int] | None:
    """Positions of the last pair of brackets that no other pair encloses."""
    depth, start, found = 0, 0, None
    for at, character in enumerate(line):
        if character in _OPEN:
            if depth == 0:
                start = at
            depth += 1
        elif character in _CLOSE:
            depth -= 1
            if depth == 0:
                found = (start, at)
    return found


def commented(line: str, comment: str, indent: str) -> list[str]:
    """The line with its comment behind it, or before it where that would be too long."""
    if not comment:
        return wrap(line)
    if len(line) + len(comment) + 4 <= WIDTH:
        return [f"{line}  # {comment}"]
    return [*comment_lines(comment, indent), *wrap(line)]


def assignments(domain: str, statements: list[str], indent: str) -> list[str]:
    """Statements of one domain: one by itself, several as a list."""
    if len(statements) < 2:
        return [x for s in statements for x in wrap(f"{indent}m.d.{domain} += {s}")]
    lines = [x for s in statements for x in wrap(f"{indent}    {s},")]
    return [f"{indent}m.d.{domain} += [", *lines, f"{indent}]"]


def paragraphs(lines: list[str], width: int = WIDTH) -> list[str]:
    """Prose as paragraphs of at most `width` columns, an empty line between them."""
    out: list[str] = []
    for block in "\n".join(lines).strip().split("\n\n"):
        words = " ".join(block.split())
        if words:
            out += [*([""] if out else []), *textwrap.wrap(words, width, break_long_words=False)]
    return out


def docstring(lines: list[str], indent: str = "") -> list[str]:
    """A docstring of these lines."""
    safe = [x.replace("\\", "\\\\").replace('"""', "'''").rstrip() for x in lines]
    if safe[-1].endswith('"'):
        safe[-1] += " "
    if len(safe) == 1 and len(indent) + len(safe[0]) + 6 <= WIDTH:
        return [f'{indent}"""{safe[0]}"""']
    return [
        f'{indent}"""{safe[0]}',
        *(f"{indent}{x}".rstrip() for x in safe[1:]),
        f'{indent}"""',
    ]


def comment_lines(text: str, indent: str) -> list[str]:
    """A comment on lines of its own."""
    return textwrap.wrap(
        text,
        WIDTH,
        initial_indent=f"{indent}# ",
        subsequent_indent=f"{indent}# ",
        break_long_words=False,
    )
