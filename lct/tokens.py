"""Stage 2, words: numbers, names and signs of a cell, each with its place."""

from __future__ import annotations

import re
from dataclasses import dataclass

__all__ = ["KEYWORDS", "SyntaxFault", "Token", "tokenize"]

KEYWORDS = {"if", "else", "and", "or", "not", "with"}
_TOKEN = re.compile(
    r"\s*(?:(?P<number>0x[0-9a-fA-F_]+|0b[01xX_]+|[0-9][0-9_]*)"
    r"|(?P<name>[A-Za-z_][A-Za-z0-9_]*)"
    r"|(?P<op>\.\.|=>|==|!=|<=|>=|<<|>>|[-+*&|^~<>()\[\]{}.,:=]))"
)


class SyntaxFault(Exception):
    """Text that does not parse: a sentence, and where in the cell it went wrong."""

    def __init__(self, message: str, start: int, length: int = 1) -> None:
        super().__init__(message)
        self.message, self.start, self.length = message, start, length


@dataclass(frozen=True)
class Token:
    """A word of a cell; `kind` is number, name, op or end, and keywords are op."""

    kind: str
    text: str
    start: int

    @property
    def end(self) -> int:
        """Where the text after it begins."""
        return self.start + len(self.text)


def _is_number(word: str) -> bool:
    """Whether digits and underscores stand as Python wants them; x bits are patterns."""
    try:
        int(word.lower().replace("x", "0") if word[:2] == "0b" else word, 0)
    except ValueError:
        return False
    return True


def tokenize(text: str) -> list[Token]:
    """The words of a cell, with an ``end`` after them.

    Raises
    ------
    SyntaxFault
        A character or a number that means nothing.
    """
    tokens, at = [], 0
    while at < len(text.rstrip()):
        match = _TOKEN.match(text, at)
        if not match or match.lastgroup is None:
            start = at + len(text[at:]) - len(text[at:].lstrip())
            raise SyntaxFault(f"{text[start]!r} cannot stand here", start)
        kind = match.lastgroup
        word = match[kind]
        if kind == "name" and word in KEYWORDS:
            kind = "op"
        if kind == "number" and not _is_number(word):
            raise SyntaxFault(f"{word!r} is not a number", match.start(kind), len(word))
        tokens.append(Token(kind, word, match.start(match.lastgroup)))
        at = match.end()
    tokens.append(Token("end", "", len(text)))
    return tokens
