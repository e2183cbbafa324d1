"""The mesh seen from above: what each core does, and what each link carries."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from spikewright.golden import SIDES
from spikewright.golden.statistics import HotLink, Statistics, measure
from spikewright.tools.plots import COLOURS, headline, heat, new_figure, short
from spikewright.tools.plots_window import Window

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.image import AxesImage
    from matplotlib.quiver import Quiver

    from spikewright.golden import Network

__all__ = ["core_map", "links"]

Float = NDArray[np.float64]

# Meshes up to so many cores a side have their numbers written in, and arrows for links.
NUMBERED, ARROWS = 8, 16
STEPS = {"west": (-1, 0), "east": (1, 0), "north": (0, 1), "south": (0, -1)}


def core_map(window: Window) -> Figure:
    """Return each core's rate, and its synaptic operations where the recording has them."""
    recording, a = window.recording, window.architecture
    shape = (a.height, a.width)
    counts = np.bincount(recording.spike_index // np.uint32(a.neurons), minlength=a.cores)
    pictures = [("rate of a neuron (Hz)", 1000 * counts / a.neurons / window.ticks)]
    if recording.synaptic_events_per_core is not None:
        per_tick = recording.synaptic_events_per_core / window.ticks
        pictures.append(("synaptic operations a tick", per_tick))
    figure, panels = _panels(window, len(pictures), 1)
    for axes, (label, values) in zip(panels, pictures, strict=True):
        _picture(axes, values.reshape(shape), label, own_bar=True)
    size = f"{a.width} x {a.height} cores" if a.cores > 1 else "1 core"
    headline(panels[0], f"{window.name}: cores", f"{size}, {window.span()}")
    return figure


def links(window: Window, network: Network) -> Figure:
    """Return how many packets each link carries a tick, as arrows or as one picture a side."""
    statistics = measure(window.recording, network)
    a = window.architecture
    if max(a.width, a.height) <= ARROWS:
        return _arrows(window, statistics)
    values = statistics.traffic.links / window.ticks
    figure, panels = _panels(window, 2, 2)
    high = float(values.max()) or 1.0
    hot = statistics.hot_links(1)
    for axes, side, picture in zip(panels, SIDES, values, strict=True):
        image = _picture(axes, picture, "", high=high)
        axes.annotate(
            f"to the {side}",
            (0, 1),
            xytext=(0, 5),
            xycoords="axes fraction",
            textcoords="offset points",
            fontweight="bold",
        )
        for link in hot:
            if link.side == side:
                _ring(axes, link)
    bar = figure.colorbar(image, ax=panels, pad=0.02, aspect=40)
    bar.set_label("packets a tick")
    bar.outline.set_visible(False)
    headline(panels[0], f"{window.name}: links", _summary(window, statistics), lift=18)
    return figure


def _summary(window: Window, statistics: Statistics) -> str:
    traffic = statistics.traffic
    return (
        f"packets that leave a core over each side, {window.span()}: {traffic.packets:,} packets, "
        f"{traffic.mean_hops:.3g} hops on average, {traffic.max_hops} at most"
    )


def _panels(window: Window, across: int, up: int) -> tuple[Figure, list[Axes]]:
    """Return a figure whose panels have the mesh's shape, within bounds."""
    a = window.architecture
    ratio = float(np.clip(a.height / a.width, 0.25, 2.5))
    width = 4.2 if ratio <= 1 else max(3.0, 4.2 / ratio)
    figure = new_figure(across * (width + 1.2) + 0.1, up * (width * ratio + 0.6) + 0.6)
    grid = figure.subplots(up, across, squeeze=False)
    return figure, list(grid.reshape(-1))


def _picture(
    axes: Axes, values: Float, label: str, *, high: float | None = None, own_bar: bool = False
) -> AxesImage:
    """Draw one number for each core, and write it in where there is room."""
    height, width = values.shape
    top = high or float(values.max()) or 1.0
    extreme = not 0.25 <= height / width <= 4
    image = axes.imshow(
        values,
        cmap=heat(),
        vmin=0,
        vmax=top,
        origin="lower",
        interpolation="nearest",
        aspect="auto" if extreme else "equal",
    )
    _cells(axes, width, height)
    if max(width, height) <= NUMBERED:
        for border in np.arange(0.5, max(width, height) - 1):
            for line in (axes.axvline, axes.axhline):
                line(border, color="white", linewidth=1.5)
        for (y, x), value in np.ndenumerate(values):
            colour = "white" if value > 0.45 * top else COLOURS["ink"]
            axes.text(x, y, short(value), ha="center", va="center", color=colour, fontsize=8)
    if own_bar:
        _bar(axes, image, label)
    return image


def _bar(axes: Axes, image: AxesImage | Quiver, label: str) -> None:
    """Put the scale of a picture beside it, as high as the picture itself."""
    bar = axes.figure.colorbar(image, cax=axes.inset_axes((1.02, 0, 0.04, 1)))
    bar.set_label(label)
    bar.outline.set_visible(False)


def _cells(axes: Axes, width: int, height: int) -> None:
    """Number the cores along both edges, and take the frame away."""
    for axis, size in ((axes.xaxis, width), (axes.yaxis, height)):
        step = next(s for s in (1, 2, 4, 8, 16, 32, 64, 128, 65536) if size / s <= 9)
        axis.set_ticks(range(0, size, step))
    axes.set_xlabel("x")
    axes.set_ylabel("y")
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)


def _ring(axes: Axes, link: HotLink) -> None:
    axes.plot(
        link.x,
        link.y,
        marker="o",
        markersize=9,
        markerfacecolor="none",
        markeredgecolor=COLOURS["amber"],
        markeredgewidth=1.8,
    )
    right = link.x < axes.get_xlim()[1] / 2
    axes.annotate(
        f"({link.x}, {link.y}): {short(link.per_tick)}",
        (link.x, link.y),
        xytext=(8 if right else -8, 8),
        textcoords="offset points",
        ha="left" if right else "right",
        color=COLOURS["ink"],
        fontsize=8,
        bbox={"boxstyle": "round,pad=0.2", "facecolor": "white", "edgecolor": "none", "alpha": 0.8},
    )


def _arrows(window: Window, statistics: Statistics) -> Figure:
    """Draw a small mesh: an arrow for each link, beside the one that leads back."""
    a = window.architecture
    cell = float(np.clip(8 / max(a.width, a.height), 0.55, 1.6))
    figure = new_figure(max(5.4, cell * (a.width + 1) + 1.4), max(3.4, cell * (a.height + 1) + 1.3))
    axes = figure.add_subplot()
    values = statistics.traffic.links / window.ticks
    high = float(values.max()) or 1.0
    y, x = np.indices((a.height, a.width))
    axes.scatter(
        x,
        y,
        marker="s",
        s=(cell * 72 * 0.4) ** 2,
        facecolor=COLOURS["page"],
        edgecolor=COLOURS["grey"],
        linewidth=0.8,
        zorder=3,
    )
    if max(a.width, a.height) <= NUMBERED:
        for place in np.ndindex(a.height, a.width):
            axes.text(
                place[1],
                place[0],
                f"{place[1]}, {place[0]}",
                ha="center",
                va="center",
                color=COLOURS["soft"],
                fontsize=8,
                zorder=4,
            )
    for side, counts in zip(SIDES, values, strict=True):
        dx, dy = STEPS[side]
        # On the right of its own direction, so that both directions are seen.
        from_x, from_y = x + 0.24 * dx + 0.11 * dy, y + 0.24 * dy - 0.11 * dx
        image = axes.quiver(
            from_x,
            from_y,
            np.full_like(x, dx) * 0.52,
            np.full_like(y, dy) * 0.52,
            counts,
            cmap=heat(),
            angles="xy",
            scale_units="xy",
            scale=1,
            units="xy",
            width=0.06,
            headwidth=2.6,
            headlength=2.6,
            headaxislength=2.6,
            zorder=2,
            edgecolor=COLOURS["grey"],
            linewidth=0.4,
        )
        image.set_clim(0, high)
        if max(a.width, a.height) <= NUMBERED // 2:
            for row, column in np.argwhere(counts > 0).tolist():
                _number(axes, (column, row), (dx, dy), float(counts[row, column]))
    _bar(axes, image, "packets a tick")
    axes.set_aspect("equal")
    _cells(axes, a.width, a.height)
    axes.set_xlim(-0.9, a.width - 0.1)
    axes.set_ylim(-0.9, a.height - 0.1)
    headline(axes, f"{window.name}: links", _summary(window, statistics))
    return figure


def _number(axes: Axes, place: tuple[int, int], step: tuple[int, int], value: float) -> None:
    """Write what a link carries beside its arrow."""
    (x, y), (dx, dy) = place, step
    axes.text(
        x + 0.5 * dx + 0.2 * dy,
        y + 0.5 * dy - 0.2 * dx,
        short(value),
        ha="center",
        va="center",
        fontsize=7,
        color=COLOURS["soft"],
        rotation=90 if dy else 0,
    )
