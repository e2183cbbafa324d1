"""Lists of sensitivity: elaborators read them as complete, simulators do not."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

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
    """
    at = sum(len(part) + 1 for part in text.split("\n")[: line - 1]) + column - 1
    code = [t for t in tokens(text) if t.kind not in ("comment", "string")]
    declared = _declared(code)
    start = max(i for i, t in enumerate(code) if t.text == "always" and t.at <= at)
    close = next(i for i in range(start, len(code)) if code[i].text == ")")
    listed = {t.text for t in code[start:close]}
    body = list(_body(code[close + 1 :]))
    starts = ("begin", ";", ")", "else", ":", "end", "endcase", "")
    targets = {
        t.text for b, t in zip([Token("", "", 0), *body], body, strict=False) if b.text in starts
    }
    read = (t.text for t in body if t.kind in ("word", "escaped"))
    return next((n for n in read if n in declared - listed - targets), "")


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


def _body(code: list[Token]) -> Iterator[Token]:
    """The statement at the beginning."""
    depth, block = 0, bool(code) and code[0].text in ("begin", "case", "casez", "casex")
    simple = bool(code) and not block and code[0].text not in ("if", "for")
    for token in code:
        if token.text in _NEXT or (simple and token.text == ";"):
            return
        depth += token.text in ("begin", "case", "casez", "casex")
        depth -= token.text in ("end", "endcase")
        yield token
        if block and depth == 0:
            return
