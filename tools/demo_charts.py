"""Pictures of the demonstration's page, as HTML and inline SVG whose colours the page decides."""

from __future__ import annotations

import base64
import html
import struct
import zlib
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from spikewright.tools import digits

__all__ = ["confusion", "cores", "cycles_by_tick", "cycles_scatter", "digit", "raster"]

Whole = NDArray[np.int64]
Spikes = NDArray[np.bool_]

# Raster: the width of a tick, the left margin, and the height of one line of each group.
TICK, MARGIN, DASH = 26, 104, 20
HEADER, GAP, BARS = 84, 14, 64


def digit(pixels: Whole, label: str) -> str:
    """Return an image of 8 x 8 pixels 0..16, dark on light."""
    shades = (255 - pixels.reshape(8, 8) * 255 // 16).astype(np.uint8)
    return f'<img class="digit" src="{_png(shades)}" alt="{html.escape(label)}">'


def _png(shades: NDArray[np.uint8]) -> str:
    """Return a grey picture as a data URI."""
    height, width = shades.shape
    lines = np.pad(shades, ((0, 0), (1, 0))).tobytes()  # each line begins with its filter, none
    parts = (
        (b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)),
        (b"IDAT", zlib.compress(lines, 9)),
        (b"IEND", b""),
    )
    data = b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        for kind, body in parts
    )
    return "data:image/png;base64," + base64.b64encode(data).decode()


def _svg(width: float, height: float, label: str, parts: Iterable[str]) -> str:
    return (
        f'<svg viewBox="0 0 {width:g} {height:g}" role="img" aria-label="{html.escape(label)}">'
        + "".join(parts)
        + "</svg>"
    )


def _text(x: float, y: float, text: str, kind: str = "", anchor: str = "start") -> str:
    style = f' class="{kind}"' if kind else ""
    return f'<text x="{x:g}" y="{y:g}" text-anchor="{anchor}"{style}>{html.escape(text)}</text>'


def _rect(x: float, y: float, width: float, height: float, kind: str) -> str:
    return (
        f'<rect x="{x:.4g}" y="{y:.4g}" width="{width:.4g}" height="{height:.4g}" class="{kind}"/>'
    )


# The raster ---------------------------------------------------------------------------------


def raster(images: Whole, labels: Whole, spikes: Spikes, votes: Whole) -> str:
    """Return every spike of some digits in a row: features, hidden neurons, voters, votes.

    Parameters
    ----------
    images, labels : ndarray
        Of n digits.
    spikes : ndarray of bool, shape (8 * n, 4, 256)
    votes : ndarray of int64, shape (n, 10)
    """
    ticks = len(spikes)
    width = MARGIN + ticks * TICK + 8
    answers = votes.argmax(axis=1)
    groups = _groups(images, spikes, answers)
    parts, y = [], float(HEADER)
    for title, note, pitch, kinds in groups:
        height = pitch * next(iter(kinds.values())).shape[1]
        parts += [_rect(MARGIN, y, ticks * TICK, height, "panel")]
        parts += [_text(MARGIN - 10, y + 14, title, "strong", "end")]
        parts += [_text(MARGIN - 10, y + 30, line, "", "end") for line in [note]]
        parts += [_dashes(kind, active, y, pitch) for kind, active in kinds.items()]
        y += height + GAP
    bottom = y - GAP
    for n in range(len(images)):
        x = MARGIN + n * digits.TICKS_PER_DIGIT * TICK
        parts += [_header(images[n], int(labels[n]), int(answers[n]), x)]
        parts += [f'<line x1="{x}" x2="{x}" y1="{HEADER - 8}" y2="{bottom:g}" class="rule"/>']
        parts += [_votes(votes[n], x + 8, bottom + 18, digits.TICKS_PER_DIGIT * TICK - 16)]
    parts += [_text(MARGIN - 10, bottom + 32, "votes", "strong", "end")]
    parts += [_text(MARGIN - 10, bottom + 48, "by class", "", "end")]
    return _svg(width, bottom + 18 + BARS + 22, "Spike raster", parts)


def _groups(
    images: Whole, spikes: Spikes, answers: Whole
) -> list[tuple[str, str, float, dict[str, Spikes]]]:
    """Return title, note, height of a line, and the spikes by the colour they have."""
    shown = np.zeros((len(images), digits.TICKS_PER_DIGIT, digits.FEATURES), dtype=np.bool_)
    shown[:, : len(digits.LEVELS)] = digits.features(images).transpose(1, 0, 2)
    # Even neurons excite, odd ones inhibit: each kind on its own half.
    hidden = np.concatenate(
        [spikes[:, (0, 2), kind::2].reshape(len(spikes), -1) for kind in (0, 1)], axis=1
    )
    excites = np.arange(hidden.shape[1]) < hidden.shape[1] // 2
    voters = np.concatenate([spikes[:, core, : digits.VOTERS] for core in (1, 3)], axis=1)
    # Voters of one class side by side, so that the winner shows as a band.
    order = np.argsort(np.arange(voters.shape[1]) % digits.VOTERS % digits.CLASSES, kind="stable")
    voters = voters[:, order]
    voted = np.arange(voters.shape[1]) * digits.CLASSES // voters.shape[1]
    # The last votes of a digit leave in its fifth tick, long before the next one's first.
    wins = voted == np.repeat(answers, digits.TICKS_PER_DIGIT)[:, None]
    return [
        ("features", "128", 1.5, {"input": shown.reshape(-1, digits.FEATURES)}),
        ("hidden", "512", 0.7, {"excite": hidden & excites, "inhibit": hidden & ~excites}),
        ("voters", "500", 0.5, {"wins": voters & wins, "loses": voters & ~wins}),
    ]


def _dashes(kind: str, active: Spikes, top: float, pitch: float) -> str:
    """Return one dash a spike; neighbours in a row of neurons become one block."""
    edges = np.diff(np.pad(active, ((0, 0), (1, 1))).astype(np.int8), axis=1)
    begins, ends = np.argwhere(edges == 1), np.argwhere(edges == -1)
    blocks = [
        f"M{MARGIN + tick * TICK + (TICK - DASH) // 2} {top + first * pitch:.4g}"
        f"h{DASH}v{(last - first) * pitch:.3g}h-{DASH}z"
        for (tick, first), (_, last) in zip(begins.tolist(), ends.tolist(), strict=True)
    ]
    return f'<path class="{kind}" d="{"".join(blocks)}"/>'


def _header(pixels: Whole, label: int, answer: int, x: float) -> str:
    shades = (255 - pixels.reshape(8, 8) * 255 // 16).astype(np.uint8)
    verdict = "right" if label == answer else "wrong"
    return (
        f'<image class="digit" x="{x + 6:g}" y="6" width="56" height="56" href="{_png(shades)}"/>'
        + _text(x + 72, 28, f"a {label}", "strong")
        + _text(x + 72, 46, f"answer {answer}, {verdict}")
    )


def _votes(votes: Whole, x: float, y: float, width: float) -> str:
    pitch, most = width / len(votes), max(1, int(votes.max()))
    parts = []
    for name, count in enumerate(votes.tolist()):
        height, left = BARS * count / most, x + name * pitch
        kind = "wins" if name == int(votes.argmax()) else "loses"
        parts += [_rect(left + 2, y + BARS - height, pitch - 4, height, kind)]
        parts += [_text(left + pitch / 2, y + BARS + 16, str(name), "", "middle")]
    return "".join(parts)


# Cycles -------------------------------------------------------------------------------------


def cycles_by_tick(neurons: int, busiest: Whole, busy: Whole) -> str:
    """Return the mean cycles of each tick of a digit, as a stack of N, E and what is left."""
    shape = (-1, digits.TICKS_PER_DIGIT)
    events = busiest.reshape(shape).mean(axis=0)
    measured = busy.reshape(shape).mean(axis=0)
    width, height, left, top, pitch = 470, 300, 8, 30, 57
    scale = (height - top - 44) / measured.max()
    base, parts = height - 44, []
    for tick in range(digits.TICKS_PER_DIGIT):
        x, y = left + tick * pitch, float(base)
        for value, kind in (
            (neurons, "neurons"),
            (events[tick], "events"),
            (measured[tick] - neurons - events[tick], "constant"),
        ):
            y -= value * scale
            parts += [_rect(x + 4, y, pitch - 8, value * scale, kind)]
        parts += [_text(x + pitch / 2, y - 6, f"{measured[tick]:,.0f}", "strong", "middle")]
        parts += [_text(x + pitch / 2, base + 17, str(tick), "", "middle")]
    parts += [_text(left + 4 * pitch, height - 6, "tick of a digit", "", "middle")]
    return _svg(width, height, "Cycles of each tick of a digit", parts)


def cycles_scatter(neurons: int, busiest: Whole, busy: Whole) -> str:
    """Return measured cycles over N + E, one dot a tick, and the line on which they were equal."""
    width, height, left, bottom = 470, 300, 52, 44
    formula = neurons + busiest
    high = int(np.ceil(max(busy.max(), formula.max()) / 500) * 500)
    across, up = (width - left - 24) / high, (height - bottom - 14) / high
    parts = []
    for value in range(0, high + 1, 500):
        x, y = left + value * across, height - bottom - value * up
        parts += [f'<path class="grid" d="M{left} {y:g}H{width - 24}M{x:g} 14V{height - bottom}"/>']
        parts += [_text(left - 8, y + 4, f"{value:,}", "", "end")]
        parts += [_text(x, height - bottom + 17, f"{value:,}", "", "middle")]
    parts += [f'<path class="equal" d="M{left} {height - bottom}L{width - 24} 14"/>']
    places = {
        (round(left + x * across, 1), round(height - bottom - y * up, 1))
        for x, y in zip(formula.tolist(), busy.tolist(), strict=True)
    }
    dots = "".join(f"M{x:g} {y:g}h0" for x, y in sorted(places))
    parts += [f'<path class="dots" d="{dots}"/>']
    parts += [_text((left + width - 24) / 2, height - 6, "N + E, busiest core", "", "middle")]
    return _svg(width, height, "Measured cycles over N + E", parts)


# Network ------------------------------------------------------------------------------------


def cores() -> str:
    """Return the four cores and the ways between them."""
    parts = []
    for y, row in ((16, 1), (116, 0)):
        for x, name in ((84, "hidden"), (268, "output")):
            parts += [f'<rect x="{x}" y="{y}" width="100" height="62" rx="8" class="core"/>']
            parts += [_text(x + 50, y + 28, name, "strong", "middle")]
            parts += [_text(x + 50, y + 46, f"core ({int(x > 200)}, {row})", "", "middle")]
        middle, other = y + 31, 262 - y - 100 - 31 + 32
        parts += [_arrow(14, middle, 80, middle), _arrow(184, middle, 264, middle)]
        parts += [_arrow(184, middle, 264, other), _arrow(368, middle, 434, middle)]
        parts += [_text(14, middle - 9, "pixels"), _text(434, middle - 9, "votes", "", "end")]
    return _svg(448, 194, "Two hidden cores, each linked to both output cores", parts)


def _arrow(x1: float, y1: float, x2: float, y2: float) -> str:
    angle = np.arctan2(y2 - y1, x2 - x1)
    head = "".join(
        f"M{x2:g} {y2:g}L{x2 - 9 * np.cos(angle + turn):.1f} {y2 - 9 * np.sin(angle + turn):.1f}"
        for turn in (0.45, -0.45)
    )
    return f'<path class="way" d="M{x1:g} {y1:g}L{x2:g} {y2:g}{head}"/>'


# Answers ------------------------------------------------------------------------------------


def confusion(labels: Whole, answers: Whole) -> str:
    """Return the table of true classes and answers."""
    counts = np.zeros((digits.CLASSES, digits.CLASSES), dtype=np.int64)
    np.add.at(counts, (labels, answers), 1)
    names = "".join(f"<th>{name}</th>" for name in range(digits.CLASSES))
    rows = [f'<tr><th class="corner">true \\ answer</th>{names}</tr>']
    for name, row in enumerate(counts.tolist()):
        cells = []
        for answer, count in enumerate(row):
            share = round(100 * count / max(1, sum(row)))
            kind = "hit" if answer == name else "miss"
            # A single miss is to be seen as well.
            weight = share if kind == "hit" or not count else max(25, share)
            cells += [f'<td class="{kind}" style="--w:{weight}%">{count or "·"}</td>']
        rows += [f"<tr><th>{name}</th>{''.join(cells)}</tr>"]
    return f'<table class="confusion">{"".join(rows)}</table>'
