"""What `spikewright roundtrip` prints for people."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from rich.table import Table
from rich.text import Text

from spikewright.tools.console import out
from spikewright.tools.llm.clean import one_line
from spikewright.tools.llm.words import MARKS, PLAIN, SIMULATED, money, share

if TYPE_CHECKING:
    from spikewright.lct.compare import Cell
    from spikewright.lct.legs import Legs
    from spikewright.tools.llm.result import Matrix, Trip

__all__ = ["show"]

NAME = 40
MOST_CELLS = 12
MOST_TEXT = 600
# What a cell with a word needs: an arrow from the first answer, a glyph, "specification".
WORD = 18


def show(matrix: Matrix) -> None:
    """Print who is at fault in each unit, then every difference, then what it cost."""
    label = matrix.simulated
    if label:
        out.print(SIMULATED, style="black on yellow", markup=False)
    words = _words_fit(matrix)
    out.print(_grid(matrix, words=words))
    if not words:
        found = {v for t in matrix.trips for v in (t.verdict, t.first)}
        _say("  ".join(f"{m.glyph} {m.word}" for v, m in MARKS.items() if v in found))
    wrong = [t for t in matrix.trips if t.verdict != "clean" or t.stopped]
    for trip in wrong:
        _say("")
        for line, style in _trip(trip):
            _say(line, style)
    _say("")
    for line in _account(matrix):
        _say(line)
    if matrix.incomplete:
        done = f"{len(matrix.trips):,} of {matrix.planned:,} trips were made"
        _say(f"{done}: {one_line(matrix.incomplete, MOST_TEXT)}", "yellow")
    if label:
        out.print(SIMULATED, style="black on yellow", markup=False)


def _say(line: str, style: str = "") -> None:
    out.print(line, style=style or None, markup=False, soft_wrap=True)


def _words_fit(matrix: Matrix) -> bool:
    """Whether each cell has one trip and the terminal has room for its word."""
    longest = max((len(one_line(u, NAME)) for u in matrix.units), default=4)
    one = matrix.samples * len(matrix.targets) == 1
    return one and longest + (WORD + 2) * len(matrix.models) <= out.width


def _grid(matrix: Matrix, *, words: bool) -> Table:
    grid = Table(box=None, pad_edge=False, header_style="bold", show_footer=True)
    numbers = [matrix.model(m) for m in matrix.models]
    rounds = ["-" if n.rounds_to_clean is None else f"{n.rounds_to_clean:.2f}" for n in numbers]
    feet = [
        ("pass@1", [share(n.pass_at_1) for n in numbers]),
        ("clean at once", [share(n.clean_at_1) for n in numbers]),
        ("rounds to proven", rounds),
        ("tokens", [f"{n.tokens_in + n.tokens_out:,}" for n in numbers]),
        ("cost", [money(n.cost) for n in numbers]),
    ]
    grid.add_column("unit", Text("\n".join(name for name, _ in feet)), no_wrap=True)
    for k, model in enumerate(matrix.models):
        simulated = any(t.simulated for t in matrix.trips if t.model == model)
        head = Text(one_line(model, NAME) + ("\nSIMULATED" if simulated else ""))
        foot = Text("\n".join(values[k] for _, values in feet))
        grid.add_column(head, foot, overflow="fold")
    for unit in matrix.units:
        cells = [_cell(matrix.cell(unit, model), words=words) for model in matrix.models]
        grid.add_row(Text(one_line(unit, NAME)), *cells)
    return grid


def _cell(trips: Sequence[Trip], *, words: bool) -> Text:
    cell = Text()
    for k, trip in enumerate(trips):
        cell.append(" " * bool(k))
        mark = MARKS[trip.verdict]
        if trip.first != trip.verdict:
            cell.append(f"{MARKS[trip.first].glyph}→", MARKS[trip.first].colour)
        cell.append(mark.glyph + (f" {mark.word}" if words else ""), mark.colour)
    return cell if trips else Text("not made", "bright_black")


def _trip(trip: Trip) -> Iterator[tuple[str, str]]:
    """Lines about one trip, each with its style."""
    mark = MARKS[trip.verdict]
    facts = [f"sample {trip.sample + 1}", trip.target]
    facts += [f"{len(trip.rounds)} rounds"] if len(trip.rounds) > 1 else []
    facts += ["SIMULATED"] if trip.simulated else []
    name = f"{one_line(trip.unit, NAME)} with {one_line(trip.model, NAME)}"
    yield f"{mark.glyph} {name} ({', '.join(facts)}): {mark.word}", f"bold {mark.colour}"
    if trip.sentence:
        yield f"  {one_line(trip.sentence, MOST_TEXT)}", ""
    for text in trip.stopped:
        yield f"  stopped by the sandbox: {one_line(text, MOST_TEXT)}", ""
    if not trip.rounds:
        return
    last = trip.rounds[-1]
    if last.sentence and last.sentence != trip.sentence:
        yield f"  {one_line(last.sentence, MOST_TEXT)}", ""
    if last.legs is not None:
        yield from _legs(last.legs, last.sentence)


def _legs(legs: Legs, said: str) -> Iterator[tuple[str, str]]:
    if legs.cancels:
        yield "  two errors cancel each other: a plain round trip finds nothing", ""
    for finding in legs.findings[:MOST_CELLS]:
        said = finding.get("message", "")
        yield f"  {one_line(str(finding.get('code', '')))}: {one_line(str(said), MOST_TEXT)}", ""
    for side in ("encoder", "decoder"):
        leg = getattr(legs, side)
        if leg.sentence not in ("", said) and not leg.cells and _speaks(legs, side):
            yield f"  {side}: {PLAIN[leg.verdict].glyph} {one_line(leg.sentence, MOST_TEXT)}", ""
        for cell in leg.cells[:MOST_CELLS]:
            yield from _difference(side, cell)
        if len(leg.cells) > MOST_CELLS:
            yield f"  {side}: {len(leg.cells) - MOST_CELLS:,} more", ""


def _speaks(legs: Legs, side: str) -> bool:
    """Whether the sentence of a leg without cells says more than that there was nothing to hold."""
    leg = legs.encoder if side == "encoder" else legs.decoder
    if leg.verdict == "none" and side == "decoder":
        return legs.verdict in ("decoder", "both")
    return leg.verdict != "same" and legs.verdict != "specification"


def _difference(side: str, cell: Cell) -> Iterator[tuple[str, str]]:
    glyph = "?" if cell.verdict == "unknown" else "!"
    yield f"  {side}: {glyph} {one_line(cell.sentence, MOST_TEXT)}", ""
    if cell.kind:
        yield f"    {cell.kind}", ""
    if cell.shown:
        row = ", ".join(f"{n} = {v}" for n, v in cell.shown.items())
        yield f"    counterexample: {one_line(row, MOST_TEXT)}", ""
    for n, step in enumerate(cell.trace[:MOST_CELLS]):
        given = ", ".join(f"{k} = {v}" for k, v in step.items() if v) or "all inputs 0"
        yield f"    step {n} after reset: {one_line(given, MOST_TEXT)}", ""


def _account(matrix: Matrix) -> Iterator[str]:
    n = matrix.numbers
    parts = [f"{n.trips:,} trips"]
    parts += [f"{n.verdicts[v]:,} {mark.word}" for v, mark in MARKS.items() if n.verdicts.get(v)]
    yield ", ".join(parts)
    if n.cancelled:
        yield f"pairs of errors that cancel, which a plain round trip passes: {n.cancelled:,}"
    given: Mapping[str, Any] = matrix.account
    spent = [
        f"{given[key]:,} {word}"
        for key, word in (
            ("requests", "requests"),
            ("retries", "retries"),
            ("replayed", "replayed"),
        )
        if given.get(key)
    ]
    tokens = f"{n.tokens_in:,} tokens in, {n.tokens_out:,} out"
    yield ", ".join([*spent, tokens, f"cost {money(n.cost)}", f"{n.seconds:,.1f} s"])
    if matrix.sandbox:
        yield f"sandbox: {one_line(', '.join(matrix.sandbox), MOST_TEXT)}"
