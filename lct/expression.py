"""Stage 2: the text of a cell to a syntax tree. Every node keeps its place in the cell.

Grammar, loosest first: ``S with f = e, g = e``; ``x if c else y``; ``or``; ``and``; ``not``;
comparisons; ``|``; ``^``; ``&``; ``<< >>``; ``+ -``; ``*``; unary ``- ~``;
``a.b a[i] a[lo:hi] f(x)``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from spikewright.lct.tokens import KEYWORDS, SyntaxFault, Token, tokenize

__all__ = [
    "COMPARISONS",
    "KEYWORDS",
    "TOO_DEEP",
    "Ast",
    "Parser",
    "SyntaxFault",
    "Token",
    "check_depth",
    "parse_expression",
    "parse_type",
]

COMPARISONS = ("==", "!=", "<=", ">=", "<", ">")
_DEEPEST = 100
TOO_DEEP = f"an expression nests at most {_DEEPEST} levels deep: name its parts in Definitions"
_LEVELS = (("|",), ("^",), ("&",), ("<<", ">>"), ("+", "-"), ("*",))


@dataclass(frozen=True)
class Ast:
    """A node: what it is, its word or number, its parts, and the characters it spans."""

    kind: str
    value: str
    parts: tuple[Ast, ...]
    start: int
    end: int


def check_depth(root: Ast) -> None:
    """Refuse what later stages would need too deep a stack for."""
    front = [root]
    for _ in range(_DEEPEST):
        front = [part for node in front for part in node.parts]
        if not front:
            return
    raise SyntaxFault(TOO_DEEP, root.start, root.end - root.start)


class Parser:
    """Recursive descent over one cell's text."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens = tokenize(text)
        self.at = 0

    @property
    def token(self) -> Token:
        """The next token."""
        return self.tokens[self.at]

    def peek(self, *texts: str) -> bool:
        """Whether the next token is one of these operators or keywords."""
        return self.token.kind == "op" and self.token.text in texts

    def take(self, *texts: str) -> Token | None:
        """Consume the next token if it is one of these."""
        if self.peek(*texts):
            self.at += 1
            return self.tokens[self.at - 1]
        return None

    def expect(self, text: str) -> Token:
        """Consume exactly this token."""
        token = self.take(text)
        if token is None:
            raise self.fault(f"expected {text!r}")
        return token

    def name(self) -> Token:
        """Consume a name."""
        token = self.token
        if token.kind != "name":
            raise self.fault("expected a name")
        self.at += 1
        return token

    def fault(self, wanted: str) -> SyntaxFault:
        """A fault at the next token."""
        token = self.token
        found = "the end of the cell" if token.kind == "end" else repr(token.text)
        return SyntaxFault(f"{wanted}, found {found}", token.start, max(1, len(token.text)))

    def end(self) -> None:
        """Demand that nothing is left."""
        if self.token.kind != "end":
            raise self.fault("expected the end of the cell")

    def whole(self, rule: Callable[[], Ast]) -> Ast:
        """What `rule` reads, which must be all there is."""
        node = rule()
        self.end()
        check_depth(node)
        return node

    def expression(self) -> Ast:
        """``S with f = e, ...`` or anything tighter."""
        base = self.conditional()
        if not self.take("with"):
            return base
        fields = [self.assignment()]
        while self.peek(",") and self._is_assignment(self.at + 1):
            self.at += 1
            fields.append(self.assignment())
        return Ast("with", "", (base, *fields), base.start, fields[-1].end)

    def _is_assignment(self, at: int) -> bool:
        if at + 1 >= len(self.tokens):
            return False
        return self.tokens[at].kind == "name" and self.tokens[at + 1].text == "="

    def assignment(self) -> Ast:
        """``f = e``."""
        name = self.name()
        self.expect("=")
        value = self.conditional()
        return Ast("assign", name.text, (value,), name.start, value.end)

    def conditional(self) -> Ast:
        """``x if c else y``."""
        yes = self.disjunction()
        if not self.take("if"):
            return yes
        condition = self.disjunction()
        self.expect("else")
        no = self.conditional()
        return Ast("if", "", (condition, yes, no), yes.start, no.end)

    def disjunction(self) -> Ast:
        """``a or b``."""
        left = self.conjunction()
        while self.take("or"):
            right = self.conjunction()
            left = Ast("or", "", (left, right), left.start, right.end)
        return left

    def conjunction(self) -> Ast:
        """``a and b``."""
        left = self.negation()
        while self.take("and"):
            right = self.negation()
            left = Ast("and", "", (left, right), left.start, right.end)
        return left

    def negation(self) -> Ast:
        """``not a``."""
        token = self.take("not")
        if token is None:
            return self.comparison()
        part = self.negation()
        return Ast("not", "", (part,), token.start, part.end)

    def comparison(self) -> Ast:
        """``a < b``; comparisons do not chain."""
        left = self.binary(0)
        operator = self.take(*COMPARISONS)
        if operator is None:
            return left
        right = self.binary(0)
        if self.peek(*COMPARISONS):
            at = self.token
            message = "comparisons do not chain: write `a < b and b < c`"
            raise SyntaxFault(message, at.start, len(at.text))
        return Ast("compare", operator.text, (left, right), left.start, right.end)

    def binary(self, level: int) -> Ast:
        """Arithmetic and bitwise operators, by level."""
        if level == len(_LEVELS):
            return self.unary()
        left = self.binary(level + 1)
        while operator := self.take(*_LEVELS[level]):
            right = self.binary(level + 1)
            left = Ast("binary", operator.text, (left, right), left.start, right.end)
        return left

    def unary(self) -> Ast:
        """``-a`` and ``~a``."""
        operator = self.take("-", "~")
        if operator is None:
            return self.postfix()
        part = self.unary()
        return Ast("unary", operator.text, (part,), operator.start, part.end)

    def postfix(self) -> Ast:
        """Fields, indices, slices and calls."""
        node = self.atom()
        while True:
            if self.take("."):
                name = self.name()
                node = Ast("field", name.text, (node,), node.start, name.end)
            elif self.take("["):
                first = self.expression()
                if self.take(":"):
                    last = self.expression()
                    end = self.expect("]").end
                    node = Ast("slice", "", (node, first, last), node.start, end)
                else:
                    node = Ast("index", "", (node, first), node.start, self.expect("]").end)
            elif self.peek("(") and node.kind in ("name", "field"):
                self.at += 1
                node = self._call(node)
            else:
                return node

    def _call(self, callee: Ast) -> Ast:
        parts: list[Ast] = []
        while not self.peek(")"):
            parts.append(self.assignment() if self._is_assignment(self.at) else self.expression())
            if not self.take(","):
                break
        return Ast("call", "", (callee, *parts), callee.start, self.expect(")").end)

    def atom(self) -> Ast:
        """A number, a name or something in parentheses."""
        token = self.token
        if token.kind in ("number", "name"):
            self.at += 1
            return Ast(token.kind, token.text, (), token.start, token.end)
        if self.take("("):
            inner = self.expression()
            end = self.expect(")").end
            return Ast("group", "", (inner,), token.start, end)
        raise self.fault("expected an expression")

    def type(self) -> Ast:
        """``signed(e)``, ``unsigned(e)``, ``array(T, e)``, ``struct``, ``enum`` or a name."""
        head = self.name()
        if head.text in ("struct", "enum"):
            self.expect("(")
            parts: list[Ast] = []
            while not self.peek(")"):
                parts.append(self._member(head.text))
                if not self.take(","):
                    break
            return Ast(head.text, "", tuple(parts), head.start, self.expect(")").end)
        if head.text == "array":
            self.expect("(")
            element = self.type()
            self.expect(",")
            length = self.expression()
            return Ast("array", "", (element, length), head.start, self.expect(")").end)
        if head.text in ("signed", "unsigned"):
            self.expect("(")
            width = self.expression()
            return Ast(head.text, "", (width,), head.start, self.expect(")").end)
        if self.take("."):
            member = self.name()
            return Ast("type", f"{head.text}.{member.text}", (), head.start, member.end)
        return Ast("type", head.text, (), head.start, head.end)

    def _member(self, of: str) -> Ast:
        name = self.name()
        if of == "struct":
            self.expect(":")
            part = self.type()
            return Ast("member", name.text, (part,), name.start, part.end)
        if self.take("="):
            value = self.conditional()
            return Ast("member", name.text, (value,), name.start, value.end)
        return Ast("member", name.text, (), name.start, name.end)


def parse_expression(text: str) -> Ast:
    """Parse a whole cell as one expression."""
    parser = Parser(text)
    return parser.whole(parser.expression)


def parse_type(text: str) -> Ast:
    """Parse a whole cell as one type."""
    parser = Parser(text)
    return parser.whole(parser.type)
