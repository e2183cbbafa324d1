"""Units and models as one picture, for a README: a square a trip, its shape saying the verdict."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spikewright.tools.llm.clean import escaped, one_line
from spikewright.tools.llm.words import MARKS, share

if TYPE_CHECKING:
    from collections.abc import Sequence

    from spikewright.tools.llm.result import Matrix, Trip

__all__ = ["picture"]

LEFT, RIGHT, FOOT, LEAST = 165, 74, 62, 720
# A square with the gap beside it: as large as there is room, within limits.
SMALLEST, LARGEST, ROOM = 21, 34, 560
SIDE, GAP = 18, 3
NAME = 24
BANNER = 24
# Dark on light, apart for every kind of colour vision, and of unlike lightness.
FILLS = {
    "clean": "#bfe3cf",
    "encoder": "#c4372c",
    "decoder": "#2f6fd0",
    "both": "#6b2379",
    "specification": "#f2c14e",
    "unknown": "#ffffff",
    "none": "#eceff3",
}
INKS = {"clean": "#12603d", "specification": "#4a3200", "unknown": "#45505f", "none": "#8a94a3"}
SHAPES = {
    "clean": '<path d="M4.5 9.5l3 3.2 6-7" fill="none" stroke-width="2.2"/>',
    "encoder": '<path d="M9 4.2l5 8.8H4z" stroke="none"/>',
    "decoder": '<path d="M9 13.8l5-8.8H4z" stroke="none"/>',
    "both": '<path d="M9 3.2l5 5.8-5 5.8-5-5.8z" stroke="none"/>',
    "specification": '<text x="9" y="13.5" font-size="13" text-anchor="middle" stroke="none">§'
    "</text>",
    "unknown": '<path d="M6.2 6.8a2.8 2.6 0 1 1 3.6 2.6q-.8.4-.8 1.7M9 13v1.8" fill="none" '
    'stroke-width="1.9"/>',
    "none": '<circle cx="9" cy="9" r="4" fill="none" stroke-width="1.8"/>',
}


def picture(matrix: Matrix) -> str:
    """An SVG: models downwards, units to the right, in each square its trips' verdicts.

    A trip that repair made clean has a corner in the colour of its first answer.
    """
    step = max(SMALLEST, min(LARGEST, ROOM // max(len(matrix.units), 1)))
    banner = BANNER if matrix.simulated else 0
    # Names lean at 60 degrees; a letter is about half as wide as it is high.
    top = 26 + 5.4 * max((len(one_line(u, NAME)) for u in matrix.units), default=0)
    ends = LEFT + step * len(matrix.units) + RIGHT
    wide = max(ends, LEAST)
    heights = [step * _deepest(matrix, m) + 8 for m in matrix.models]
    high = f"{banner + top + sum(heights) + FOOT:g}"
    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {wide} {high}" '
        'font-family="Helvetica, Arial, sans-serif" font-size="12" role="img" '
        f'aria-label="{_title(matrix)}"><title>{_title(matrix)}</title>',
        f'<rect width="{wide}" height="{high}" rx="10" fill="#ffffff"/>',
    ]
    if banner:
        out.append(
            f'<rect width="{wide}" height="{banner}" fill="#ffd34d"/>'
            f'<text x="{wide / 2:g}" y="16.5" text-anchor="middle" font-weight="700" '
            'fill="#1d1600">SIMULATED: a server of our own '
            "with planted errors; no score of any real model</text>"
        )
    for k, unit in enumerate(matrix.units):
        x, y = LEFT + step * k + step / 2 + 2, banner + top - 8
        out.append(
            f'<text x="{x:g}" y="{y:g}" font-size="10.5" fill="#45535f" '
            f'transform="rotate(-60 {x:g} {y:g})">{escaped(one_line(unit, NAME))}</text>'
        )
    out.append(
        f'<text x="{ends - 14}" y="{banner + top - 10:g}" text-anchor="end" fill="#45535f">pass@1'
        "</text>"
    )
    y = banner + top
    for model, height in zip(matrix.models, heights, strict=True):
        out += _line(matrix, model, y, step)
        y += height
    out.append(_legend(y + 26))
    return "\n".join([*out, "</svg>"]) + "\n"


def _title(matrix: Matrix) -> str:
    label = "SIMULATED: " if matrix.simulated else ""
    return f"{label}round trips of {len(matrix.units)} units with {len(matrix.models)} models"


def _deepest(matrix: Matrix, model: str) -> int:
    return max((len(matrix.cell(unit, model)) for unit in matrix.units), default=1) or 1


def _line(matrix: Matrix, model: str, y: float, step: int) -> list[str]:
    """One model: its name, its squares, its share."""
    middle = y + step / 2 + 2
    ends = LEFT + step * len(matrix.units) + RIGHT
    out = [
        f'<text x="{LEFT - 12}" y="{middle:g}" text-anchor="end" font-weight="600" fill="#1d2731">'
        f"{escaped(one_line(model, NAME))}</text>",
        f'<text x="{ends - 14}" y="{middle:g}" text-anchor="end" font-weight="600" fill="#1d2731">'
        f"{share(matrix.model(model).pass_at_1)}</text>",
    ]
    for k, unit in enumerate(matrix.units):
        out += _squares(matrix.cell(unit, model), LEFT + step * k, y, step)
    return out


def _squares(trips: Sequence[Trip], x: int, y: float, step: int) -> list[str]:
    out = []
    for n, trip in enumerate(trips):
        said = escaped(one_line(f"{trip.unit}, {trip.model}: {MARKS[trip.verdict].word}", 200))
        corner = ""
        if trip.first != trip.verdict:
            corner = (
                f'<path d="M18 8v6a4 4 0 0 1-4 4h-6z" fill="{FILLS[trip.first]}" stroke="none"/>'
            )
        inside = f"<title>{said}</title>", corner
        out.append(_square(trip.verdict, x, y + n * step, *inside, scale=(step - GAP) / SIDE))
    return out


def _square(
    verdict: str, x: float, y: float, title: str = "", corner: str = "", *, scale: float = 1.0
) -> str:
    ink = INKS.get(verdict, "#ffffff")
    edge = "#7a8594" if verdict in ("unknown", "none") else FILLS[verdict]
    dashes = ' stroke-dasharray="3 2"' if verdict in ("unknown", "none") else ""
    return (
        f'<g transform="translate({x:g} {y:g}) scale({scale:.3g})" fill="{ink}" stroke="{ink}">'
        f"{title}"
        f'<rect width="{SIDE}" height="{SIDE}" rx="4" fill="{FILLS[verdict]}" stroke="{edge}"'
        f"{dashes}/>{corner}{SHAPES[verdict]}</g>"
    )


def _legend(y: float) -> str:
    out, x = [], 20.0
    for verdict, mark in MARKS.items():
        out.append(
            _square(verdict, x, y)
            + f'<text x="{x + 24:g}" y="{y + 13:g}" fill="#1d2731">{mark.word}</text>'
        )
        x += 24 + 7.2 * len(mark.word) + 22
    return "".join(out)
