"""Faults that could be planted in the readable Verilog of a unit (see `mutation_bases`)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import combinations, pairwise

from spikewright.lct.ir import Unit

from .mutation import Candidate, Change
from .mutation_verilog_source import LITERAL, Branch, Line, Source
from .mutation_verilog_values import value_candidates

__all__ = ["verilog_candidates"]


def verilog_candidates(text: str, unit: Unit) -> Iterator[Candidate]:
    """Everything that could be planted.

    Parameters
    ----------
    text : str
        As `mutation_bases.verilog_base` writes it.
    unit : Unit
        Whose words are used for the places.
    """
    source = Source(text, unit)
    yield from _branches(source)
    yield from _guards(source)
    resets = {k + 1 for k, other in enumerate(source.lines) if "if (rst)" in other.text}
    for number, line in enumerate(source.lines):
        if number in resets:
            continue
        found = re.match(r"  assign (\w+) +(= .*;)$", line.text) or re.match(
            r" {4,}(\w+) ?(= .*;)$", line.text
        )
        if found and not _alias(source, found[1], found[2]):
            yield from value_candidates(source, line, found[1], found[2])
    yield from _widths(source)
    yield from _resets(source)
    yield from _latches(source)
    yield from _stuck(source)
    yield from _swapped(source)


def _alias(source: Source, name: str, value: str) -> bool:
    """Whether a line only gives a name to bits, and nothing reads the name."""
    plain = re.fullmatch(r"= \w+(\[[\d:]+\])?;", value) is not None
    if plain and name in source.aliases and name in source.names.values():
        return True  # the table's name of a register
    return (
        plain and name not in source.outputs and len(re.findall(rf"\b{name}\b", source.text)) <= 2
    )


def _branches(source: Source) -> Iterator[Candidate]:
    for branches in source.chains():
        target = source.target(source.lines[branches[0].head].drives)
        for k, branch in enumerate(branches):
            head, end = source.lines[branch.head], source.lines[branch.end]
            if source.body(branch):
                change = Change(head.end, end.at, "")
                yield Candidate("removed branch", "body gone", (change,), target)
            if branch.guard and k:
                change = Change(head.at, end.at, "")
                yield Candidate("removed branch", "branch gone", (change,), target)
            elif branch.guard and branches[k + 1 :] and branches[k + 1].guard:
                start = head.at + head.text.index("if (")
                following = source.lines[branch.end]
                upto = following.at + following.text.index("if (")
                yield Candidate("removed branch", "first gone", (Change(start, upto, ""),), target)
        yield from _added(source, branches, target)
        for one, two in pairwise(branches):
            if one.guard and two.guard and source.body(one) != source.body(two):
                changes = (
                    source.guard(one, two.guard),
                    Change(source.lines[one.head].end, source.lines[one.end].at, source.body(two)),
                    source.guard(two, one.guard),
                    Change(source.lines[two.head].end, source.lines[two.end].at, source.body(one)),
                )
                yield Candidate("swapped priority", "neighbours", changes, target)
        first, last = branches[0], branches[-2] if not branches[-1].guard else branches[-1]
        if len(branches) > 3 and source.body(first) != source.body(last):
            changes = (
                source.guard(first, last.guard),
                Change(source.lines[first.head].end, source.lines[first.end].at, source.body(last)),
                source.guard(last, first.guard),
                Change(source.lines[last.head].end, source.lines[last.end].at, source.body(first)),
            )
            yield Candidate("swapped priority", "first and last", changes, target)


def _added(source: Source, branches: list[Branch], target: str) -> Iterator[Candidate]:
    """Branches that the table does not have."""
    line = source.lines[branches[0].head]
    width = source.widths.get(line.drives, 0)
    values = [n for n in source.bits(width) if n != line.drives.removeprefix("next_")][:3]
    start = line.at + line.text.index("if (")
    for bit in source.bits(1)[:6]:
        for value in [*values, f"{width}'h1", f"{width}'h0"] if width else []:
            new = f"if ({bit}) begin\n        {line.drives} = {value};\n    end else "
            yield Candidate("added branch", "in front", (Change(start, start, new),), target)
    closing = source.lines[branches[-1].end]
    if closing.text != "    end":
        return
    for bit in source.bits(1)[:6]:
        for sense in (bit, f"~{bit}"):
            new = f"    if ({sense}) begin\n      {line.drives} = {width}'h0;\n    end\n"
            change = Change(closing.end, closing.end, new)
            yield Candidate("added branch", "behind", (change,), target)


def _guards(source: Source) -> Iterator[Candidate]:
    for branches in source.chains():
        target = source.target(source.lines[branches[0].head].drives)
        for branch in branches:
            guard = branch.guard
            if not guard:
                continue
            for bit in source.bits(1)[:8]:
                for sense in (bit, f"~{bit}"):
                    wide, narrow = f"({guard}) | {sense}", f"({guard}) & {sense}"
                    yield Candidate("widened guard", "or", (source.guard(branch, wide),), target)
                    yield Candidate(
                        "narrowed guard", "and", (source.guard(branch, narrow),), target
                    )
            yield Candidate("widened guard", "always", (source.guard(branch, "1'h1"),), target)
            yield Candidate("narrowed guard", "never", (source.guard(branch, "1'h0"),), target)
            negated = source.guard(branch, f"!({guard})")
            yield Candidate("wrong operator", "negated guard", (negated,), target)


def _widths(source: Source) -> Iterator[Candidate]:
    for line in source.lines:
        found = re.match(r"  (output|input|wire|reg) (?:signed )?\[(\d+):0\] (\w+) ?;", line.text)
        if not found or source.text.count(found[3]) < 3:
            continue
        kind, high, name = found[1], int(found[2]), found[3]
        outer = name in source.inputs or name in source.outputs
        if outer != (kind in ("input", "output")) or _is_alias(source, name):
            continue
        # A port is declared twice, with `input` and with `wire`.
        places = [
            other
            for other in source.lines
            if re.match(
                rf"  (?:output|input|wire|reg) (?:signed )?\[{high}:0\] {name} ?;", other.text
            )
        ]
        for new, operator in ((high - 1, "narrower"), (high + 1, "wider")):
            if operator == "wider" and not outer:
                continue
            changes = tuple(
                Change(p.at + p.text.index("["), p.at + p.text.index("]") + 1, f"[{new}:0]")
                for p in places
            )
            known = outer or name in source.registers
            kind_name = "width" if known else "wrong value"
            yield Candidate(
                "wrong width or sign", operator, changes, source.target(name), kind=kind_name
            )


def _is_alias(source: Source, name: str) -> bool:
    found = re.search(rf"^  assign {name} += (\w+(?:\[[\d:]+\])?);$", source.text, re.MULTILINE)
    return found is not None and name not in source.outputs


def _resets(source: Source) -> Iterator[Candidate]:
    places: dict[str, tuple[Line, Line, Line]] = {}
    for i, line in enumerate(source.lines):
        if line.text.strip() == "if (rst) begin" and line.drives:
            places[line.drives] = (line, source.lines[i + 1], source.lines[i + 2])
    for drives, (head, body, end) in places.items():
        target = source.target(drives)
        yield Candidate(
            "wrong or missing reset", "missing", (Change(head.at, end.end, ""),), target
        )
        found = LITERAL.search(body.text)
        if not found:
            continue
        width, base = int(found[1]), {"h": 16, "d": 10, "b": 2}[found[2]]
        for bit in {0, width // 2, width - 1}:
            new = f"{width}'h{int(found[3], base) ^ (1 << bit):x}"
            change = Change(body.at + found.start(), body.at + found.end(), new)
            yield Candidate("wrong or missing reset", "value", (change,), target)
        if width > 1:
            start = body.at + body.text.index(drives)
            change = Change(start, start + len(drives), f"{drives}[{width - 2}:0]")
            yield Candidate("wrong or missing reset", "partly", (change,), target)
        for other in source.bits(1)[:4]:
            start = head.at + head.text.index("(rst)")
            change = Change(start, start + 5, f"(rst & {other})")
            yield Candidate("wrong or missing reset", "not always", (change,), target)


def _latches(source: Source) -> Iterator[Candidate]:
    for i, line in enumerate(source.lines):
        before = source.lines[i - 1].text if i else ""
        if before == "  always_comb begin" and re.match(r"    \w+ = .*;$", line.text):
            change = Change(line.at, line.end, "")
            yield Candidate("latch", "default gone", (change,), source.target(line.drives))
    for branches in source.chains():
        line = source.lines[branches[0].head]
        if not branches[-1].guard and len(branches) > 1:
            last = branches[-1]
            start, end = source.lines[last.head], source.lines[last.end]
            change = Change(start.at, end.at, "")
            yield Candidate("latch", "else gone", (change,), source.target(line.drives))
    for name in source.outputs:
        found = re.search(rf"^  assign {name} += (.*);\n", source.text, re.MULTILINE)
        if found and source.aliases.get(name) is None:
            for bit in source.bits(1)[:3]:
                new = f"  assign {name} = {bit} ? {found[1]} : {name};\n"
                change = Change(found.start(), found.end(), new)
                yield Candidate("latch", "own value", (change,), source.target(name))


def _stuck(source: Source) -> Iterator[Candidate]:
    for name in source.outputs:
        width = source.widths[name]
        found = re.search(rf"^  assign {name} += (.*);\n", source.text, re.MULTILINE)
        for operator, value in (("zeros", 0), ("ones", (1 << width) - 1)):
            if found:
                new = f"  assign {name} = {width}'h{value:x};\n"
                change = Change(found.start(), found.end(), new)
                yield Candidate("stuck output", operator, (change,), source.target(name))
            for end in _ends(source, name):
                new = f"    {name} = {width}'h{value:x};\n"
                yield Candidate(
                    "stuck output", operator, (Change(end, end, new),), source.target(name)
                )
    for name in source.registers:
        found = re.search(rf"^    {name} <= (\S+);\n", source.text, re.MULTILINE)
        if found:
            for operator, new in (("kept", name), ("zeros", f"{source.widths[name]}'h0")):
                change = Change(found.start(1), found.end(1), new)
                yield Candidate("stuck output", operator, (change,), source.target(name))


def _ends(source: Source, name: str) -> Iterator[int]:
    """Where the block that drives a signal ends."""
    for line in source.lines:
        if line.drives == name and line.text == "  end":
            yield line.at


def _swapped(source: Source) -> Iterator[Candidate]:
    for names in (source.inputs, source.outputs):
        for one, two in combinations([n for n in names if n not in ("clk", "rst")], 2):
            alike = source.declared.get(one) == source.declared.get(two)
            if source.widths[one] != source.widths[two] or not alike:
                continue
            changes = []
            for line in source.lines:
                if re.match(r"module|  (?:input|output|wire|reg) ", line.text):
                    continue
                for found in re.finditer(rf"\b({one}|{two})\b", line.text):
                    new = two if found[0] == one else one
                    changes.append(Change(line.at + found.start(), line.at + found.end(), new))
            if changes:
                yield Candidate("swapped ports", "everywhere", tuple(changes))
