"""Which Python a description of a unit may be: an allow-list, so what nobody thought of is refused.

It is the first of two walls, the sandbox is the second. It also keeps a text from changing the
classes that it imports, which the sandbox could not see.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterator

from spikewright.lct.front.allow_names import NODES, Found
from spikewright.lct.front.allow_scope import Scope
from spikewright.lct.front.refusal import HIDDEN, Refused

__all__ = ["LARGEST", "check_source", "checked"]

LARGEST = 1 << 18
"""Characters of a text."""

_DEPTH, _NODES, _BRACKETS, _LINE = 60, 60_000, 40, 2_000
_INTEGER_BITS, _POWER, _SHIFT, _REPEAT = 4_096, 4_096, 1 << 16, 1 << 16

# Comments and strings, which may hold any character that is shown.
_TEXT = re.compile(
    r"""\#[^\n]*
    |\"{3}(?:\\.|[^\\])*?\"{3} | '{3}(?:\\.|[^\\])*?'{3}
    |"(?:\\.|[^"\\\n])*" | '(?:\\.|[^'\\\n])*'""",
    re.DOTALL | re.VERBOSE,
)
_BRACKET = re.compile(rf"[][(){{}}]|[^\n]{{{_LINE}}}")
_SPECIFIER = re.compile(r"0?\d{0,3}[bdoxX]?")


def check_source(text: str, name: str = "answer.py") -> None:
    """Refuse a text that does not keep to the allow-list.

    Parameters
    ----------
    text : str
        Amaranth, as a file would have it.
    name : str
        What the sentence calls the file.

    Raises
    ------
    Refused
        ``forbidden``, with FILE:LINE:COLUMN and what is not allowed there; or ``syntax``.
    """
    checked(text, name)


def checked(text: str, name: str = "answer.py") -> ast.Module:
    """Return the tree of a text that keeps to the allow-list, as it is to be run.

    What is compiled is this tree and not the text, so no reading of the text can differ from the
    one that was checked.

    Raises
    ------
    Refused
        As of `check_source`.
    """
    _check_text(text, name)
    try:
        tree = ast.parse(text, name)
    except (SyntaxError, ValueError) as error:
        line = f":{error.lineno}" if isinstance(error, SyntaxError) and error.lineno else ""
        said = error.msg if isinstance(error, SyntaxError) else str(error)
        raise Refused("syntax", f"{name}{line}", f"a text is Python, not this: {said}") from None
    except (RecursionError, MemoryError):
        raise Refused("forbidden", name, "expressions are nested less deeply") from None
    for node, sentence in _faults(tree):
        place = f"{name}:{getattr(node, 'lineno', 1)}:{getattr(node, 'col_offset', 0) + 1}"
        raise Refused("forbidden", place, sentence)
    return tree


def _check_text(text: str, name: str) -> None:
    """Refuse what a parser should not see."""
    if len(text) > LARGEST:
        sentence = f"a text has at most {LARGEST:,} characters, not {len(text):,}"
        raise Refused("forbidden", name, sentence)
    if found := HIDDEN.search(text.replace("\r\n", "\n")):
        sentence = f"a text has characters that are shown, not U+{ord(found[0]):04X}"
        raise Refused("forbidden", _place(name, text, found.start()), sentence)
    plain = _TEXT.sub(lambda m: re.sub(r"[^\n]", " ", m[0]), text)
    if found := re.search(r"[^\x00-\x7f]", plain):
        sentence = f"outside comments and strings a text is ASCII, not U+{ord(found[0]):04X}"
        raise Refused("forbidden", _place(name, text, found.start()), sentence)
    depth = 0
    for found in _BRACKET.finditer(plain):
        depth += 1 if found[0] in "([{" else -1 if found[0] in ")]}" else _BRACKETS + 1
        if depth > _BRACKETS:
            sentence = f"lines have at most {_LINE} characters and {_BRACKETS} open brackets"
            raise Refused("forbidden", _place(name, text, found.start()), sentence)


def _place(name: str, text: str, at: int) -> str:
    return f"{name}:{text.count(chr(10), 0, at) + 1}:{at - text.rfind(chr(10), 0, at)}"


def _faults(tree: ast.Module) -> Iterator[Found]:
    """What is not allowed, the first things first."""
    todo: list[Iterator[ast.AST]] = [iter([tree])]
    nodes: list[ast.AST] = []
    while todo:
        node = next(todo[-1], None)
        if node is None:
            todo.pop()
            continue
        nodes.append(node)
        if type(node) not in NODES:
            yield node, f"a unit needs no {_called(node)}"
        if len(nodes) > _NODES or len(todo) > _DEPTH:
            yield node, f"a text has at most {_NODES:,} parts, {_DEPTH} deep"
            return
        todo.append(ast.iter_child_nodes(node))
    yield from Scope(tree, nodes).faults()
    for node in nodes:
        yield from _bounds(node)


def _called(node: ast.AST) -> str:
    return {"Try": "try", "Global": "global", "Nonlocal": "nonlocal", "Delete": "del"}.get(
        type(node).__name__, type(node).__name__
    )


def _bounds(node: ast.AST) -> Iterator[Found]:
    """Numbers that are too large to be meant."""
    if isinstance(node, ast.Constant):
        value = node.value
        if isinstance(value, bytes | complex):
            yield node, "a constant is a number or a string"
        elif isinstance(value, int) and value.bit_length() > _INTEGER_BITS:
            yield node, f"an integer has at most {_INTEGER_BITS} bits"
    elif isinstance(node, ast.FormattedValue):
        parts = node.format_spec.values if isinstance(node.format_spec, ast.JoinedStr) else []
        for part in parts:
            if not (isinstance(part, ast.Constant) and _SPECIFIER.fullmatch(str(part.value))):
                yield node, "a format is a width and one of b, d, o, x"
    elif isinstance(node, ast.While) and isinstance(node.test, ast.Constant):
        yield node, "a loop has a condition that can end it"
    elif isinstance(node, ast.BinOp):
        yield from _operation(node)
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "range":
        yield from _over(node, node.args, _SHIFT, "a range")


def _operation(node: ast.BinOp) -> Iterator[Found]:
    text = (ast.Constant, ast.JoinedStr)
    if isinstance(node.op, ast.Pow):
        yield from _over(node, [node.right], _POWER, "an exponent")
        if any(isinstance(n, ast.Pow | ast.LShift) for n in ast.walk(node.right)):
            yield node, "an exponent has no exponents"
    elif isinstance(node.op, ast.LShift):
        yield from _over(node, [node.right], _SHIFT, "a shift")
    elif isinstance(node.op, ast.Mod) and isinstance(node.left, text):
        if not isinstance(getattr(node.left, "value", ""), int):
            yield node, "a string is formatted as f'...', without %"
    elif isinstance(node.op, ast.Mult):
        sides = (node.left, node.right)
        many = [
            s for s in sides if isinstance(s, ast.List | ast.Tuple | ast.JoinedStr)
            or (isinstance(s, ast.Constant) and isinstance(s.value, str))
        ]  # fmt: skip
        if many:
            yield from _over(node, sides, _REPEAT, "a repetition")


def _over(node: ast.AST, parts: Collection[ast.AST], most: int, what: str) -> Iterator[Found]:
    for part in parts:
        for n in ast.walk(part):
            if isinstance(n, ast.Constant) and isinstance(n.value, int) and abs(n.value) > most:
                yield node, f"{what} is at most {most:,}"
