"""Faults in what Verilog assigns: constants, operators, signals."""

from __future__ import annotations

import re
from collections.abc import Iterator

from .mutation import Candidate, Change
from .mutation_verilog_source import LITERAL, Line, Source

__all__ = ["value_candidates"]

_NAME = re.compile(r"(?<![\w'$.])[a-zA-Z_]\w*")
_SLICE = re.compile(r"\[(\d+):(\d+)\]")
_OPERATORS = {
    " & ": (" | ", " ^ "),
    " | ": (" & ", " ^ "),
    " ^ ": (" & ", " | "),
    " + ": (" - ",),
    " - ": (" + ",),
    " == ": (" != ",),
    " != ": (" == ",),
    " < ": (" > ", " >= "),
    " > ": (" < ", " <= "),
    " <= ": (" >= ", " > "),
    " >= ": (" <= ", " < "),
    " * ": (" + ",),
}
_NEIGHBOURS = {" < ": " <= ", " <= ": " < ", " > ": " >= ", " >= ": " > "}


def value_candidates(source: Source, line: Line, name: str, value: str) -> Iterator[Candidate]:
    """Everything that could be planted in one assignment."""
    at = line.at + len(line.text) - len(value)
    target = source.target(name)
    yield from _literals(value, at, target)
    for old, news in _OPERATORS.items():
        for found in re.finditer(re.escape(old), value):
            place = at + found.start()
            for new in news:
                fault, operator = "wrong operator", "another"
                if _NEIGHBOURS.get(old) == new:
                    continue
                change = Change(place, place + len(old), new)
                yield Candidate(fault, operator, (change,), target)
            if old in _NEIGHBOURS:
                change = Change(place, place + len(old), _NEIGHBOURS[old])
                yield Candidate("off by one", "comparison", (change,), target)
    for found in re.finditer(r"(?<= )[~!] ?(?=[\w({])|(?<=\()[~!] ?(?=[\w({])", value):
        change = Change(at + found.start(), at + found.end(), "")
        yield Candidate("wrong operator", "not gone", (change,), target)
    for side, fault in (
        (r"[\w~]+ & (?=\w)", "widened guard"),
        (r"[\w~]+ \| (?=\w)", "narrowed guard"),
    ):
        for found in re.finditer(side, value):
            change = Change(at + found.start(), at + found.end(), "")
            yield Candidate(fault, "operand gone", (change,), target)
    ternary = re.fullmatch(r"= (.*?) +\? (.*) : (.*);", value)
    if ternary and ternary[2] != ternary[3] and ":" not in ternary[3]:
        new = f"= {ternary[1]} ? {ternary[3]} : {ternary[2]};"
        yield Candidate("swapped priority", "sides", (Change(at, at + len(value), new),), target)
    yield from _signals(source, value, at, target)
    if "$signed(" in value:
        change = Change(at, at + len(value), value.replace("$signed(", "("))
        yield Candidate("wrong width or sign", "unsigned", (change,), target, kind="wrong value")


def _literals(value: str, at: int, target: str) -> Iterator[Candidate]:
    for found in LITERAL.finditer(value):
        width, base = int(found[1]), {"h": 16, "d": 10, "b": 2}[found[2]]
        number, size = int(found[3], base), 1 << int(found[1])

        def changed(new: int, found: re.Match[str] = found, size: int = size) -> tuple[Change, ...]:
            text = f"{found[1]}'h{new % size:x}"
            return (Change(at + found.start(), at + found.end(), text),)

        for bit in {0, width // 2, width - 1}:
            yield Candidate("wrong constant", "bit", changed(number ^ (1 << bit)), target)
        yield Candidate("wrong constant", "inverted", changed(~number), target)
        if width > 1:
            yield Candidate("off by one", "constant", changed(number + 1), target)
            yield Candidate("off by one", "constant", changed(number - 1), target)
    for found in _SLICE.finditer(value):
        high, low = int(found[1]), int(found[2])
        if low:
            change = Change(at + found.start(), at + found.end(), f"[{high - 1}:{low - 1}]")
            yield Candidate("off by one", "slice", (change,), target)


def _signals(source: Source, value: str, at: int, target: str) -> Iterator[Candidate]:
    for found in _NAME.finditer(value):
        name = found[0]
        if name not in source.widths:
            continue
        for other in source.bits(source.widths[name]):
            if other != name:
                change = Change(at + found.start(), at + found.end(), other)
                yield Candidate("wrong signal", "another", (change,), target)
    for found in re.finditer(r"(\w+)\[(\d+):(\d+)\]", value):
        width = int(found[2]) - int(found[3]) + 1
        for low in (0, int(found[3]) + width, int(found[3]) - width):
            if 0 <= low != int(found[3]) and low + width <= source.widths.get(found[1], 0):
                new = f"{found[1]}[{low + width - 1}:{low}]"
                change = Change(at + found.start(), at + found.end(), new)
                yield Candidate("wrong signal", "another part", (change,), target)
