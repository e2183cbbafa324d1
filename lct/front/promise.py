"""``unique case`` and ``priority case`` without their promises: what these exclude becomes x.

A simulator takes the first item that matches and complains; a synthesis tool may take any, or what
suits it. The text is changed so that in such a case the items are x, each by itself: any branch may
then be taken, which is what a proof must allow for.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from spikewright.lct.front.refusal import Refused
from spikewright.lct.front.scan import Token, place_of, tokens

__all__ = ["spell_out"]

_CONSTANT = re.compile(r"1|'1|1'[bBdDhH]1")
_OPEN, _CLOSE = ("(", "[", "{", "(*", "'{"), (")", "]", "}", "*)")


def spell_out(name: str, text: str) -> str:
    """Return the text with each promise of a case written as conditions, on the same lines.

    Raises
    ------
    Refused
        A promise whose items cannot be told apart from the text alone.
    """
    if not re.search(r"\b(unique0?|priority)\s+case", text):
        return text
    code = [t for t in tokens(text) if t.kind not in ("comment", "string")]
    edits: list[tuple[int, int, str]] = []
    for i, token in enumerate(code[:-1]):
        if token.text in ("unique", "unique0", "priority") and code[i + 1].text.startswith("case"):
            try:
                edits += _Case(text, code, i).edits()
            except (IndexError, ValueError):
                sentence = f"the items of a case say what it does, not {token.text}"
                raise Refused("promise", place_of(name, text, token.at), sentence) from None
    for start, end, new in sorted(edits, reverse=True):
        text = text[:start] + new + text[end:]
    return text


class _Case:
    """A case statement that begins with a promise at token `first`."""

    def __init__(self, text: str, code: list[Token], first: int) -> None:
        self.text, self.code, self.first = text, code, first
        self.promise, self.kind = code[first].text, code[first + 1].text
        self.close = self._parentheses(first + 2)
        self.selector = self._span(first + 3, self.close)
        self.items: list[tuple[int, int]] = []  # from token, to the token behind
        self.default = False
        if code[self.close + 1].text in ("inside", "matches"):
            raise ValueError(code[self.close + 1].text)
        at = self.close + 1
        while code[at].text != "endcase":
            at = self._statement(self._label(at))

    def edits(self) -> Iterator[tuple[int, int, str]]:
        """Pieces of the text that are replaced: from, to, by what."""
        word = self.code[self.first]
        yield word.at, word.at + len(word.text), " " * len(word.text)
        items = [self._span(*item) for item in self.items]
        same = "==?" if self.kind != "case" else "=="
        flat = [_one_line(s) for s in (self.selector, *items)]
        hits = ", ".join(f"(({flat[0]}) {same} ({item}))" for item in flat[1:])
        none, several = f"$countones({{{hits}}}) == 0", f"$countones({{{hits}}}) > 1"
        broken = {
            "unique": several if self.default else f"$countones({{{hits}}}) != 1",
            "unique0": several,
            "priority": "1'b0" if self.default else none,
        }[self.promise]
        if _CONSTANT.fullmatch(flat[0].strip()):
            # Each item is unknown by itself: any of the branches may be taken.
            for (start, end), item in zip(self.items, items, strict=True):
                last = self.code[end - 1]
                new = f"(({broken}) ? 1'bx : ({item}))"
                yield self.code[start].at, last.at + len(last.text), new
        else:
            here = self.code[self.first + 3].at, self.code[self.close].at
            # As many items as the selector has values are all of them: the elaborator must see it.
            count, known = len(items), f"({self.selector})"
            full = count & (count - 1) == 0 and not self.default and self.kind == "case"
            whole = f"$bits({flat[0]}) == {count.bit_length() - 1} ? {known} : " if full else ""
            yield *here, f"{whole}({broken}) ? 'x : {known}"

    def _span(self, start: int, end: int) -> str:
        """The text from one token up to another."""
        last = self.code[end - 1]
        return self.text[self.code[start].at : last.at + len(last.text)]

    def _parentheses(self, at: int) -> int:
        """The token that closes what opens here."""
        depth = 0
        for i in range(at, len(self.code)):
            depth += self.code[i].text in _OPEN
            depth -= self.code[i].text in _CLOSE
            if depth == 0:
                return i
        raise ValueError(at)

    def _label(self, at: int) -> int:
        """Note the items down and return the first token of their statement."""
        if self.code[at].text == "default":
            self.default = True
            return at + 2 if self.code[at + 1].text == ":" else at + 1
        start, choices = at, 0
        while True:
            text = self.code[at].text
            if text in _OPEN:
                at = self._parentheses(at)
            choices += text == "?"
            if text == ":" and choices == 0:
                self.items.append((start, at))
                return at + 1
            choices -= text == ":"
            if text == "," and choices == 0:
                self.items.append((start, at))
                start = at + 1
            at += 1

    def _statement(self, at: int) -> int:
        """The token behind the statement that begins here."""
        text = self.code[at].text
        if text in ("begin", "case", "casez", "casex"):
            end = {"begin": "end"}.get(text, "endcase")
            at = self._matching(at, end) + 1
            return at + 2 if self.code[at].text == ":" and end == "end" else at
        if text in ("unique", "unique0", "priority"):
            return self._statement(at + 1)
        if text == "(*":
            return self._statement(self._parentheses(at) + 1)
        if text in ("if", "for", "while", "repeat", "foreach"):
            at = self._statement(self._parentheses(at + 1) + 1)
            return self._statement(at + 1) if self.code[at].text == "else" else at
        while self.code[at].text != ";":
            at = (self._parentheses(at) if self.code[at].text in _OPEN else at) + 1
        return at + 1

    def _matching(self, at: int, end: str) -> int:
        depth = 0
        starts = ("begin",) if end == "end" else ("case", "casez", "casex")
        for i in range(at, len(self.code)):
            depth += self.code[i].text in starts
            depth -= self.code[i].text == end
            if depth == 0:
                return i
        raise ValueError(end)


def _one_line(text: str) -> str:
    """The same without comments and ends of lines: it may stand anywhere."""
    for token in reversed(list(tokens(text))):
        if token.kind == "comment":
            text = text[: token.at] + " " + text[token.at + len(token.text) :]
    return text.replace("\n", " ")
