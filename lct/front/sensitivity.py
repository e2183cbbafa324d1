"""Lists of sensitivity: elaborators read them as complete, simulators do not."""

from __future__ import annotations

from bisect import bisect
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import islice

from spikewright.lct.front.scan import Token, tokens

__all__ = ["unlisted"]

_NEXT = ("always", "always_comb", "always_ff", "always_latch", "assign", "initial", "endmodule")


def unlisted(text: str, line: int, column: int) -> str:
    """A name that an ``always`` reads and that its list of sensitivity leaves out, or nothing.

    Parameters
    ----------
    text : str
    line, column : int
        A place in the list, both from 1.

    Raises
    ------
    StopIteration
        There is no list, as where a macro has it.
    """
    lines, code, starts_at, declared = _read(text)
    at = lines[line - 1] + column - 1
    start = next(i for i in range(bisect(starts_at, at) - 1, -1, -1) if code[i].text == "always")
    close = next(i for i in range(start, len(code)) if code[i].text == ")")
    listed = {t.text for t in code[start:close]}
    body = list(_body(code, close + 1))
    starts = ("begin", ";", ")", "else", ":", "end", "endcase", "")
    targets = {
        t.text for b, t in zip([Token("", "", 0), *body], body, strict=False) if b.text in starts
    }
    read = (t.text for t in body if t.kind in ("word", "escaped"))
    return next((n for n in read if n in declared - listed - targets), "")


@lru_cache(maxsize=2)
def _read(text: str) -> tuple[list[int], list[Token], list[int], set[str]]:
    """Where lines begin, the tokens, where they begin, and names of signals."""
    lines = [0, *(i + 1 for i, sign in enumerate(text) if sign == "\n")]
    code = [t for t in tokens(text) if t.kind not in ("comment", "string")]
    return lines, code, [t.at for t in code], _declared(code)


def _declared(code: Iterable[Token]) -> set[str]:
    """Names behind a word that declares signals, up to the end of the declaration."""
    names: set[str] = set()
    inside = False
    for token in code:
        if token.text in ("input", "output", "wire", "reg", "logic", "integer", "bit", "int"):
            inside = True
        elif token.text in (";", ")", "parameter", "localparam"):
            inside = False
        elif inside and token.kind in ("word", "escaped"):
            names.add(token.text)
    return names


def _body(code: list[Token], start: int) -> Iterator[Token]:
    """The statement that begins here."""
    first = code[start].text if start < len(code) else ""
    depth, block = 0, first in ("begin", "case", "casez", "casex")
    simple = not block and first not in ("", "if", "for")
    for token in islice(code, start, None):
        if token.text in _NEXT or (simple and token.text == ";"):
            return
        depth += token.text in ("begin", "case", "casez", "casex")
        depth -= token.text in ("end", "endcase")
        yield token
        if block and depth == 0:
            return
