"""Round trips as one page: a file that opens from disk, needs no network, and trusts no model.

Whatever a model wrote is text, cleaned and escaped (`clean`). What may run or be fetched is said by
the page's own policy: one style and one script, both by their hash, and nothing else.
"""

from __future__ import annotations

import base64
import hashlib
import platform
from collections import Counter
from collections.abc import Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING, Any

from spikewright.lct.library import Library
from spikewright.tools.llm.clean import escaped
from spikewright.tools.llm.page_trip import badge, trip_card
from spikewright.tools.llm.words import KINDS, LANGUAGES, MARKS, SIMULATED, money, share

if TYPE_CHECKING:
    from spikewright.tools.llm.result import Matrix, Trip

__all__ = ["page"]

TEMPLATE = Path(__file__).with_name("page.html")
SIM = ' <span class="sim">SIMULATED</span>'
NAME = 200
BAR = 220
WORD = (
    '<input id="word" type="search" placeholder="unit" '
    'aria-label="Only units with this in their name">'
)


def page(matrix: Matrix, tables: Mapping[str, str] | None = None) -> str:
    """The page of round trips.

    Parameters
    ----------
    matrix : Matrix
    tables : mapping of str to str, optional
        Specifications by unit; those of the project's own units where not given.
    """
    template = TEMPLATE.read_text("utf-8")
    texts = _specifications(matrix.units) if tables is None else tables
    anchors = {id(trip): f"t{n}" for n, trip in enumerate(matrix.trips)}
    banner = f'<p class="banner" role="note">{SIMULATED}</p>' if matrix.simulated else ""
    values = {
        "style_hash": _hash(template, "style"),
        "script_hash": _hash(template, "script"),
        "title": "SIMULATED round trips" if matrix.simulated else "Round trips",
        "banner": banner,
        "lead": _lead(matrix),
        "incomplete": _incomplete(matrix),
        "tiles": _tiles(matrix),
        "models": "".join(_model(matrix, name) for name in matrix.models),
        "filters": _filters(matrix),
        "matrix": _matrix(matrix, anchors),
        "legend": _legend(),
        "run": _run(matrix),
        "trips": "".join(_unit(matrix, unit, anchors, texts) for unit in matrix.units),
        "versions": escaped(_versions()),
    }
    return Template(template).substitute(values)


def _specifications(units: Sequence[str]) -> dict[str, str]:
    library = Library()
    known = set(library.names())
    return {name: library.read(name).decode("utf-8") for name in units if name in known}


def _hash(template: str, tag: str) -> str:
    """What the page's policy allows: the text between the tags, which holds nothing to fill in."""
    text = template.partition(f"<{tag}>")[2].partition(f"</{tag}>")[0]
    digest = hashlib.sha256(text.encode("utf-8")).digest()
    return f"sha256-{base64.b64encode(digest).decode('ascii')}"


def _lead(matrix: Matrix) -> str:
    counts = (
        (len(matrix.units), "unit"),
        (len(matrix.models), "model"),
        (matrix.samples, "sample"),
    )
    parts = ", ".join(f"{n:,} {word}{'s' * (n != 1)}" for n, word in counts)
    repairs = f"up to {matrix.rounds} repair{'s' * (matrix.rounds != 1)}"
    targets = " and ".join(LANGUAGES[t] for t in matrix.targets)
    return (
        f"{parts} each, in {targets}, {repairs}. Each table is "
        "written as HDL by a model and read back by it; both ways are decided by proof."
    )


def _incomplete(matrix: Matrix) -> str:
    if not matrix.incomplete and len(matrix.trips) == matrix.planned:
        return ""
    done = f"{len(matrix.trips):,} of {matrix.planned:,} trips were made."
    return f'<p class="card incomplete">{done} {escaped(matrix.incomplete, 2000)}</p>'


def _tiles(matrix: Matrix) -> str:
    n = matrix.numbers
    wrong = sum(n.first.get(v, 0) for v in ("encoder", "decoder", "both"))
    tiles = (
        (share(n.pass_at_1), "of first answers are proven equal to their table (pass@1)"),
        (f"{n.verdicts.get('clean', 0):,}", f"of {n.trips:,} trips are clean, there and back"),
        (f"{wrong:,}", "first answers had errors, each with its address"),
        (f"{n.cancelled:,}", "pairs of errors cancel: a plain round trip passes them"),
        (f"{n.tokens_in + n.tokens_out:,}", f"tokens; cost {money(n.cost)}"),
    )
    return "".join(
        f'<div class="tile"><b>{value}</b><span>{text}</span></div>' for value, text in tiles
    )


def _model(matrix: Matrix, name: str) -> str:
    n = matrix.model(name)
    label = SIM if _simulated(matrix, name) else ""
    rounds = "-" if n.rounds_to_clean is None else f"{n.rounds_to_clean:.2f}"
    failed = f"<br><small>{n.failed:,} failed by the server</small>" if n.failed else ""
    never = f"<br><small>{n.never:,} never</small>" if n.never else ""
    misread = f"{n.decoder_faults:,} of {n.decoded:,}" if n.decoded else "-"
    return (
        f'<tr><th scope="row">{escaped(name, NAME)}{label}{failed}</th>'
        f"<td><b>{share(n.pass_at_1)}</b></td>"
        f'<td class="left">{_bar(n.first)}</td><td class="left">{_bar(n.verdicts)}</td>'
        f"<td>{rounds}{never}</td><td>{misread}</td>"
        f"<td>{n.tokens_in + n.tokens_out:,}</td><td>{money(n.cost)}</td></tr>"
    )


def _bar(verdicts: Mapping[str, int]) -> str:
    """Verdicts as parts of one bar, each with its glyph where there is room."""
    total, x, parts = sum(verdicts.values()), 0.0, []
    said = ", ".join(f"{MARKS[v].word} {n}" for v, n in verdicts.items())
    for verdict, count in verdicts.items():
        width = BAR * count / total
        parts.append(
            f'<rect class="{verdict}" x="{x:.1f}" y="0" width="{width:.1f}" height="20"/>'
            + f'<text x="{x + width / 2:.1f}" y="14">{MARKS[verdict].glyph}</text>' * (width >= 12)
        )
        x += width
    return (
        f'<svg class="bar" viewBox="0 0 {BAR} 20" role="img" aria-label="{said}"><title>{said}'
        f"</title>{''.join(parts)}</svg>"
    )


def _simulated(matrix: Matrix, model: str) -> bool:
    return any(t.simulated for t in matrix.trips if t.model == model)


def _filters(matrix: Matrix) -> str:
    counts = Counter(v for t in matrix.trips for v in {str(t.verdict), str(t.first)})
    buttons = ['<button type="button" data-kind="" aria-pressed="true">all</button>']
    buttons += [
        f'<button type="button" data-kind="{v}" aria-pressed="false">{mark.glyph} {mark.word} '
        f"{counts[v]:,}</button>"
        for v, mark in MARKS.items()
        if counts[v]
    ]
    return (
        f'<div class="filters" role="group" aria-label="Show only">{"".join(buttons)}{WORD}</div>'
    )


def _matrix(matrix: Matrix, anchors: Mapping[int, str]) -> str:
    head = "".join(
        f'<th scope="col">{escaped(name, NAME)}{SIM if _simulated(matrix, name) else ""}</th>'
        for name in matrix.models
    )
    rows = []
    for unit in matrix.units:
        cells = [matrix.cell(unit, model) for model in matrix.models]
        found = {v for trips in cells for t in trips for v in (t.verdict, t.first)}
        name = escaped(unit.lower(), NAME)
        rows.append(
            f'<tr data-verdicts="{" ".join(sorted(found))}" data-unit="{name}">'
            f'<th scope="row">{escaped(unit, NAME)}</th>'
            f"{''.join(_cell(trips, anchors) for trips in cells)}</tr>"
        )
    return (
        '<div class="wide" tabindex="0"><table class="matrix"><thead><tr><th scope="col">unit</th>'
        f"{head}</tr></thead><tbody>{''.join(rows)}</tbody><tfoot>{_foot(matrix)}</tfoot>"
        "</table></div>"
    )


def _cell(trips: Sequence[Trip], anchors: Mapping[int, str]) -> str:
    if not trips:
        return '<td class="missing">not made</td>'
    if len(trips) == 1:
        return f"<td>{_link(trips[0], anchors, words=True)}</td>"
    passed = sum(t.rounds_to_clean == 1 for t in trips)
    links = "".join(_link(t, anchors, words=False) for t in trips)
    return (
        f'<td><div class="several">{links}<small>{passed} of {len(trips)} proven at once'
        f"{SIM if any(t.simulated for t in trips) else ''}</small></div></td>"
    )


def _link(trip: Trip, anchors: Mapping[int, str], *, words: bool) -> str:
    mark = MARKS[trip.verdict]
    began = "" if trip.first == trip.verdict else f"{MARKS[trip.first].glyph}→"
    said = mark.word if words else f'<span class="sr">{mark.word}</span>'
    told = [f"sample {trip.sample + 1}", trip.target] if not words else []
    if trip.simulated:
        told.append("SIMULATED")
        said += "<sup>SIM</sup>"
    if len(trip.rounds) > 1:
        told.append(f"{len(trip.rounds)} rounds")
    title = f' title="{escaped(", ".join([mark.word, *told]))}"'
    cancels = any(r.legs is not None and r.legs.cancels for r in trip.rounds[-1:])
    small = '<small class="below">the errors cancel</small>' if words and cancels else ""
    if words and len(trip.rounds) > 1:
        said += f" <small>{len(trip.rounds)} rounds</small>"
    return (
        f'<a class="{trip.verdict}" href="#{anchors[id(trip)]}"{title}>{began}{mark.glyph} {said}'
        f"{small}</a>"
    )


def _foot(matrix: Matrix) -> str:
    numbers = [matrix.model(name) for name in matrix.models]
    rounds = [n.rounds_to_clean for n in numbers]
    rows = (
        ("pass@1", [share(n.pass_at_1) for n in numbers]),
        ("clean there and back at once", [share(n.clean_at_1) for n in numbers]),
        ("rounds to proven HDL", ["-" if r is None else f"{r:.2f}" for r in rounds]),
        ("tokens", [f"{n.tokens_in + n.tokens_out:,}" for n in numbers]),
        ("cost", [money(n.cost) for n in numbers]),
    )
    return "".join(
        f'<tr><th scope="row">{name}</th>{"".join(f"<td>{v}</td>" for v in values)}</tr>'
        for name, values in rows
    )


def _legend() -> str:
    marks = [(badge(v), mark.meaning) for v, mark in MARKS.items()]
    kinds = [(f"<b>{kind}</b>", meaning) for kind, meaning in KINDS.items()]
    return "".join(f"<div><dt>{t}</dt><dd>{escaped(m)}</dd></div>" for t, m in marks + kinds)


def _run(matrix: Matrix) -> str:
    shown = {
        "models": ", ".join(matrix.models),
        "target": ", ".join(matrix.targets),
        "samples": matrix.samples,
        "repairs": matrix.rounds,
        "sandbox": ", ".join(matrix.sandbox) or "none active",
        **matrix.settings,
        **matrix.account,
    }
    return "".join(
        f"<div><dt>{escaped(str(name).replace('_', ' '), NAME)}</dt><dd>{_plain(value)}</dd></div>"
        for name, value in shown.items()
        if value not in (None, "", (), [], {})
    )


def _plain(value: Any) -> str:
    if isinstance(value, Mapping):
        return "<br>".join(f"{escaped(k, NAME)}: {_plain(v)}" for k, v in value.items())
    if isinstance(value, list | tuple):
        return ", ".join(map(_plain, value))
    if isinstance(value, float):
        return f"{value:,.4g}"
    return f"{value:,}" if isinstance(value, int) and value > 9999 else escaped(value, 500)


def _unit(matrix: Matrix, unit: str, anchors: Mapping[int, str], tables: Mapping[str, str]) -> str:
    trips = [t for model in matrix.models for t in matrix.cell(unit, model)]
    cards = "".join(trip_card(t, anchors[id(t)], tables.get(unit, "")) for t in trips)
    return (
        f'<section data-unit="{escaped(unit.lower(), NAME)}"><h3>{escaped(unit, NAME)}</h3>{cards}'
        '<a class="top" href="#top">to the matrix</a></section>'
    )


def _versions() -> str:
    return f"spikewright {version('spikewright')}, Python {platform.python_version()}"
