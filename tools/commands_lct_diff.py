"""`spikewright lct diff`: what a new version of a table does differently."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from spikewright.tools.console import complain, out, print_json, progress
from spikewright.tools.errors import EXIT_FAULT, UserError, user_message

if TYPE_CHECKING:
    from spikewright.lct.diff import Change, Difference, Region
    from spikewright.tools.table_versions import Version

__all__ = ["diff", "rendered"]

# What git gives a diff driver: seven words, nine where a file got another name, one where a merge
# is not finished.
DRIVER = (1, 7, 9)


def diff(
    versions: Annotated[
        list[str],
        typer.Argument(
            metavar="OLD NEW", help="Two files, or REV:FILE for a file in a revision of git."
        ),
    ],
    limit: Annotated[
        float, typer.Option(min=0.001, help="Seconds for one question to the solver.")
    ] = 20.0,
    text: Annotated[
        bool, typer.Option("--text", help="Print the plain difference of the lines as well.")
    ] = False,
    json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
) -> None:
    """Say for which inputs a new version of a table behaves differently.

    Rows that only changed their words are told apart from those, by proof.

    Exit status 1 if behaviour changed, or if the solver could not tell; 0 if only words did.

    Example: spikewright lct diff HEAD~1:lct/units/edge.lct.md lct/units/edge.lct.md

    As git's own diff of tables: git config diff.lct.command "spikewright lct diff", and the line
    `*.lct.md diff=lct` in .gitattributes. Git wants exit status 0 then.
    """
    from spikewright.tools.table_versions import version

    if len(versions) in DRIVER:
        _for_git(versions, limit, text)
        return
    if len(versions) != 2:
        raise UserError(f"A diff has two versions, OLD and NEW, not {len(versions)}.")
    old, new = (version(name) for name in versions)
    found = _compared(old, new, limit)
    if json:
        print_json(found.to_json())
    else:
        _say(rendered(found))
        if text:
            _say(_plain(old, new))
    if found.behaviour:
        raise typer.Exit(EXIT_FAULT)


def _compared(old: Version, new: Version, limit: float) -> Difference:
    from spikewright.lct.diagnostics import LctError
    from spikewright.lct.diff import diff_units

    units = []
    for side in (old, new):
        try:
            units.append(side.unit())
        except LctError as error:
            first, more = error.findings[0], len(error.findings) - 1
            rest = f" (and {more} more faults)" if more > 1 else " (and one more fault)" * more
            message = f"{first.place}: {first.code}: {first.message}{rest}"
            raise UserError(f"{side.label} has faults: {message}.") from None
    return diff_units(units[0], units[1], limit, _watched)


def _watched(items: Sequence[Any]) -> Iterator[Any]:
    with progress("Comparing", len(items)) as advance:
        for item in items:
            yield item
            advance(1)


def _for_git(words: list[str], limit: float, text: bool) -> None:
    """Do as a diff driver; git takes any exit status but 0 for a breakdown of its own."""
    from spikewright.tools.table_versions import from_git_driver

    path = words[0]
    if len(words) == 1:
        out.print(f"{path} is not merged", markup=False, soft_wrap=True)
        return
    name = words[7] if len(words) == 9 else path
    out.print(f"lct diff {name}", markup=False, soft_wrap=True)
    old, new = from_git_driver(name, words[1], words[4])
    if old.data is None or new.data is None:
        out.print(f"unit {new.name} is {'new' if old.data is None else 'removed'}", markup=False)
        _say(_plain(old, new))
        return
    try:
        found = _compared(old, new, limit)
    except ValueError as error:
        text_of = user_message(error)
        if text_of is None:
            raise
        complain(text_of)
        out.print("the plain difference instead:", markup=False)
        _say(_plain(old, new))
        return
    lines = list(rendered(found))
    if not lines and old.data != new.data:
        lines = ["only spaces changed"]
    _say(iter(lines))
    if text:
        _say(_plain(old, new))


def _say(lines: Iterator[str]) -> None:
    for line in lines:
        out.print(line, markup=False, soft_wrap=True)


def _plain(old: Version, new: Version) -> Iterator[str]:
    """The lines that differ, as a diff of any text."""
    before, after = old.text().splitlines(), new.text().splitlines()
    return difflib.unified_diff(before, after, old.label, new.label, lineterm="")


def rendered(found: Difference) -> Iterator[str]:
    """A difference as lines of text; none where there is none."""
    for region in found.regions:
        yield from _region(region)
    for sentence in found.unknown:
        yield f"unknown: {sentence}"
    for verdict, title in (
        ("behaviour", "changed"),
        ("unknown", "unknown"),
        ("see regions", "rows and names with a part in the above" if found.regions else "texts"),
        ("words", "only words"),
    ):
        changes = [c for c in found.changes if c.verdict == verdict]
        if changes:
            yield f"{title}:"
        for change in changes:
            yield f"  {_place(change)}{change.sentence}"
            if change.example:
                yield f"    for example {_row(change.example)}"


def _place(change: Change) -> str:
    table = change.section.removeprefix("Table ")
    return f"table {table}, " if change.section != table and change.name else ""


def _region(region: Region) -> Iterator[str]:
    old, new = (" ".join(filter(None, side)) or "no table" for side in (region.old, region.new))
    yield f"behaviour changed: {old}{'' if old == new else f', now {new}'}"
    yield f"  where {', '.join(region.conditions) or 'any input'}"
    for value in region.values:
        shown = f"{value.shown[0]} -> {value.shown[1]}"
        if value.old == value.new:
            text = f"{value.old} has another value"
        else:
            text = f"{value.old} -> {value.new}"
        note = {True: "", False: " (where these differ)", None: " (not decided where)"}
        instance = "" if shown == text else f", here {shown}"
        yield f"    {value.column}: {text}{note[value.always]}{instance}"
    yield f"  for example {_row(region.example)}"


def _row(example: Mapping[str, str]) -> str:
    return ", ".join(f"{name} = {value}" for name, value in example.items()) or "any input"
