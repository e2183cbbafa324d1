"""One round trip on a page: legs, differences with their counterexamples, HDL, tables, rounds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from spikewright.tools.llm import page_hdl, page_tables
from spikewright.tools.llm.clean import escaped
from spikewright.tools.llm.page_cells import MOST_CELLS, MOST_TEXT, differences
from spikewright.tools.llm.words import LANGUAGES, LEGS, MARKS, PLAIN, money

if TYPE_CHECKING:
    from spikewright.lct.legs import Legs
    from spikewright.tools.llm.result import Round, Trip

__all__ = ["badge", "trip_card"]


def badge(verdict: str, first: str = "") -> str:
    """The mark and word of a verdict; one that repair reached shows where it began."""
    mark = MARKS[verdict]
    began = ""
    if first and first != verdict:
        was = MARKS[first]
        began = f'<span class="was" title="first answer: {was.word}">{was.glyph}→</span>'
    return f'{began}<span class="badge {verdict}">{mark.glyph} {mark.word}</span>'


def trip_card(trip: Trip, anchor: str, table: str) -> str:
    """Everything about one trip, behind a line that opens.

    Parameters
    ----------
    trip : Trip
    anchor : str
        Its id on the page, and the first letters of all ids in it.
    table : str
        The specification as text; empty where it is not at hand.
    """
    label = '<span class="sim">SIMULATED</span> ' if trip.simulated else ""
    facts = (
        f"sample {trip.sample + 1}",
        trip.target,
        f"{len(trip.rounds)} round{'s' * (len(trip.rounds) != 1)}",
        f"{trip.tokens_in + trip.tokens_out:,} tokens",
        money(trip.cost) if trip.cost is not None else "",
        f"{trip.seconds:.1f} s",
    )
    head = (
        f"<summary><h4>{badge(trip.verdict, trip.first)} <b>{escaped(trip.unit, 200)}</b> "
        f"{escaped(trip.model, 200)} {label}</h4>"
        f'<span class="facts">{escaped(" · ".join(filter(None, facts)))}</span></summary>'
    )
    said = [done.sentence for done in trip.rounds[-1:]]
    notes = [_note("", trip.sentence)] if trip.sentence and trip.sentence not in said else []
    if trip.failure:
        notes.append(_note("Ended by", trip.failure))
    if trip.decoder and trip.decoder != trip.model:
        notes.append(_note("Read back by", trip.decoder))
    if trip.accepted:
        notes.append(_note("Accepted as", trip.accepted))
    if trip.stopped:
        items = "".join(f"<li>{escaped(text, MOST_TEXT)}</li>" for text in trip.stopped)
        notes.append(f'<div class="stopped"><h5>Stopped by the sandbox</h5><ul>{items}</ul></div>')
    rounds = [_round(trip, n, f"{anchor}r{n}", table) for n in range(len(trip.rounds))]
    return (
        f'<details class="trip {trip.verdict}" id="{anchor}" data-first="{trip.first}">{head}'
        f'<div class="body">{"".join(notes)}{"".join(rounds)}</div></details>'
    )


def _note(name: str, text: str) -> str:
    start = f"<b>{name}</b> " if name else ""
    return f'<p class="note">{start}{escaped(text, MOST_TEXT)}</p>'


def _round(trip: Trip, number: int, anchor: str, table: str) -> str:
    """One answer; where there are several, each opens by itself, the last one open."""
    done = trip.rounds[number]
    inside = _feedback(done.feedback) + _judged(done, anchor, table)
    if done.keys:
        keys = ", ".join(key[:12] for key in done.keys)
        inside += f'<p class="keys">Recorded as {escaped(keys)}</p>'
    if len(trip.rounds) == 1:
        return inside
    name = "First answer" if not number else f"Repair {number}"
    state = " open" if number == len(trip.rounds) - 1 else ""
    return (
        f'<details class="round"{state}><summary><h5>{name} {badge(done.verdict)}</h5></summary>'
        f"{inside}</details>"
    )


def _feedback(rows: Sequence[str]) -> str:
    if not rows:
        return ""
    items = "".join(f"<li>{escaped(row, MOST_TEXT)}</li>" for row in rows[:MOST_CELLS])
    return f'<div class="sent"><h5>What was sent back to the model</h5><ul>{items}</ul></div>'


def _judged(done: Round, anchor: str, table: str) -> str:
    out = [_note("", done.sentence)] if done.sentence else []
    legs = done.legs
    if legs is not None:
        out += [_legs(legs, asked=done.asked_back), _findings(legs)]
        if legs.verdict != "clean":
            out.append(_marked(legs, anchor, table))
        out += [
            differences(legs.encoder.cells, "The HDL against the table", f"{anchor}e", "encoder"),
            differences(
                legs.decoder.cells, "The model's table against the HDL", f"{anchor}d", "decoder"
            ),
        ]
    out.append(_hdl(done))
    out.append(_tables(done, table))
    return "".join(out)


def _hdl(done: Round) -> str:
    """The lines that are concerned, and behind a line that opens all of them."""
    if done.hdl is None:
        return ""
    columns, said = [], [done.sentence]
    if done.legs is not None:
        columns = [c.column for c in done.legs.encoder.cells if c.column]
        said.append(done.legs.encoder.sentence)
        said += [c.sentence for c in done.legs.encoder.cells]
    text = done.hdl.text
    lines = page_hdl.concerned(text, dict.fromkeys(columns)) | page_hdl.wired(text, said)
    lines |= page_hdl.places(said[:2])
    near = page_hdl.listing(text, lines, 0) if lines else ""
    title = f"{LANGUAGES[done.hdl.language]}, top {escaped(done.hdl.top, 200)}"
    refused = not columns and lines
    words = "Where the HDL is refused" if refused else "The lines of the HDL that drive these"
    return (
        (f"<h5>{words}</h5>{near}" if near else "")
        + f'<details class="part"><summary>HDL: {title}</summary>'
        f"{page_hdl.listing(text, lines)}</details>"
    )


def _legs(legs: Legs, *, asked: bool) -> str:
    tiles = []
    for name, what, use in LEGS:
        leg = getattr(legs, name)
        mark = PLAIN[leg.verdict]
        word = mark.word
        if leg.verdict == "none" and legs.verdict == "specification":
            word = "not held"
        elif leg.verdict == "none" and not asked and name != "encoder":
            word = "not asked"
        said = f"<p>{escaped(leg.sentence, MOST_TEXT)}</p>" if leg.sentence else ""
        tiles.append(
            f'<li class="{leg.verdict}"><span><b>{name}</b> {what}<br>{use}</span>'
            f"<strong>{mark.glyph} {word}</strong>{said}</li>"
        )
    words = "same" if legs.text_same else "different"
    if legs.loop.verdict == "none":
        words = "none"
    tiles.append(
        f'<li class="{words}"><span><b>text</b> of both tables<br>the older method: any '
        f"other word differs</span><strong>{PLAIN[words].glyph} {PLAIN[words].word}</strong></li>"
    )
    warning = ""
    if legs.cancels:
        warning = (
            '<p class="cancels"><b>Two errors cancel each other.</b> The model\'s table says what '
            "the specification says, so a plain round trip finds nothing; the HDL between them "
            "does something else.</p>"
        )
    return f'<ul class="legs">{"".join(tiles)}</ul>{warning}'


def _findings(legs: Legs) -> str:
    if not legs.findings:
        return ""
    items = []
    for finding in legs.findings[:MOST_CELLS]:
        said = finding.get("message") or finding.get("sentence") or finding
        code = f"<b>{escaped(finding['code'])}</b> " if finding.get("code") else ""
        items.append(f"<li>{code}{escaped(said, MOST_TEXT)}</li>")
    return f'<div class="findings"><h5>Findings in the table</h5><ul>{"".join(items)}</ul></div>'


def _marked(legs: Legs, anchor: str, table: str) -> str:
    """The specification with its faulty cells marked."""
    faults: dict[tuple[str, str, str], tuple[str, str]] = {}
    for side in ("encoder", "decoder"):
        for k, cell in enumerate(getattr(legs, side).cells[:MOST_CELLS]):
            key = cell.table, cell.row, cell.column
            verdict = "unknown" if cell.verdict == "unknown" else side
            before = faults.get(key)
            if before is None:
                faults[key] = verdict, f"{anchor}{side[0]}{k}"
            elif before[0] != verdict:
                faults[key] = _worst(before[0], verdict), before[1]
    grid = page_tables.marked(table, faults) if table else ""
    return f"<h5>The table, cell by cell</h5>{grid}" if grid and faults else ""


def _worst(one: str, other: str) -> str:
    """Two errors are both; an error and a question that was given up stay an error."""
    if "unknown" in (one, other):
        return other if one == "unknown" else one
    return "both"


def _tables(done: Round, table: str) -> str:
    """Specification, exact table and the model's table, side by side."""
    exact = done.legs.table1 if done.legs is not None else ""
    why = done.legs.table1_sentence if done.legs is not None else ""
    texts = {
        "Read exactly from the HDL, proven": exact,
        "Read from the HDL by the model": done.table,
    }
    given = {name: text for name, text in texts.items() if text}
    said = f'<p class="note">No exact table: {escaped(why, MOST_TEXT)}</p>' if why else ""
    if not given:
        return said
    return (
        '<details class="part"><summary>Tables side by side; other words than the specification\'s '
        f"are marked</summary>{page_tables.compared(table, given)}{said}</details>"
    )
