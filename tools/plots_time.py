"""Curves over time: rates of all cores together and apart, and potentials of single neurons."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from spikewright.tools.errors import UserError
from spikewright.tools.plots import (
    COLOURS,
    LINES,
    headline,
    new_figure,
    short,
    ticks_axis,
    zero_based,
)
from spikewright.tools.plots_window import Window, bins, per_bin

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from spikewright.golden import Network

__all__ = ["potentials", "rates"]

Float = NDArray[np.floating[Any]]

# A band may have a column a pixel; curves that cross each other need room.
COLUMNS, CURVE_COLUMNS = 500, 120
# Fewer cores have a curve each, more are summed up as percentiles.
CURVES = len(LINES)
PANELS = 8
WIDTH = 10.0


def rates(window: Window) -> Figure:
    """Return the mean rate, how it spreads over cores, and the synaptic operations."""
    recording, a = window.recording, window.architecture
    crossing = 1 < len(window.cores) <= CURVES
    edges = bins(window.ticks, CURVE_COLUMNS if crossing else COLUMNS)
    rows = np.full((a.cores, a.neurons), -1, dtype=np.int32)
    rows[window.cores] = np.arange(len(window.cores))[:, None]
    counts = per_bin(recording, rows.reshape(-1), len(window.cores), edges)
    widths = np.diff(edges)
    by_core = 1000 * counts.astype(np.float64) / a.neurons / widths
    events = recording.synaptic_events_per_tick
    shown = events if len(window.cores) == a.cores else None
    panels = 1 if shown is None else 2
    figure = new_figure(WIDTH, 4.4 if panels == 1 else 6.0)
    grid = figure.add_gridspec(panels, 1, height_ratios=[2, 1][:panels])
    axes = figure.add_subplot(grid[0])
    places = window.first + edges - 0.5
    _curves(axes, window, places, by_core)
    axes.set_ylabel("rate of a neuron (Hz)")
    width = int(widths[0])
    each = "each tick" if width == 1 else f"means of {width:,} ticks"
    cores = f"{len(window.cores):,} of {a.cores:,} cores" if shown is None else f"{a.cores:,} cores"
    headline(
        axes,
        f"{window.name}: rates",
        f"{cores if a.cores > 1 else '1 core'}, {window.span()}, {each}; "
        f"{by_core.mean(axis=0) @ widths / window.ticks:.3g} Hz on average",
        lift=16 if len(window.cores) > 1 else 0,
    )
    ticks_axis(axes, window.first, window.end)
    if shown is not None:
        axes.tick_params(labelbottom=False)
        axes.set_xlabel("")
        lower = figure.add_subplot(grid[1], sharex=axes)
        sums = np.add.reduceat(shown, edges[:-1]) / widths
        lower.stairs(sums, places, fill=True, color=COLOURS["blue"], alpha=0.85)
        zero_based(lower, sums)
        lower.set_ylabel("synaptic operations\na tick")
        lower.yaxis.set_major_formatter(short)
        ticks_axis(lower, window.first, window.end)
    return figure


def _curves(axes: Axes, window: Window, places: Float, by_core: Float) -> None:
    zero_based(axes, by_core)
    if len(by_core) == 1:
        axes.stairs(by_core[0], places, baseline=None, color=COLOURS["blue"], linewidth=1.4)
        return
    if len(by_core) <= CURVES:
        for core, curve, colour in zip(window.cores.tolist(), by_core, LINES, strict=False):
            label = f"core {window.place(core)}"
            axes.stairs(curve, places, baseline=None, color=colour, linewidth=1.2, label=label)
    else:
        low, first, third, high = np.percentile(by_core, [5, 25, 75, 95], axis=0)
        mean = by_core.mean(axis=0)
        zero_based(axes, np.maximum(mean, high))
        for bottom, top, shade, label in (
            (low, high, "#d6e2f7", "5 to 95 % of cores"),
            (first, third, "#9dbbed", "25 to 75 % of cores"),
        ):
            axes.stairs(top, places, baseline=bottom, fill=True, color=shade, label=label)
        axes.stairs(mean, places, baseline=None, color=COLOURS["ink"], linewidth=1.2, label="mean")
    # Above the axes, where no curve can be.
    axes.legend(
        loc="lower left",
        bbox_to_anchor=(0, 1),
        ncols=CURVES,
        borderaxespad=0,
        borderpad=0.2,
        handlelength=1.4,
    )


# Potentials -----------------------------------------------------------------------------------


def potentials(window: Window, network: Network | None) -> Figure:
    """Return the potentials of watched neurons, with thresholds where the network is known."""
    chosen, columns = _watched(window)
    if len(chosen) > PANELS:
        return _potential_map(window, chosen, columns)
    figure = new_figure(WIDTH, 1.6 + 1.25 * len(chosen))
    panels = figure.subplots(len(chosen), 1, sharex=True, squeeze=False)[:, 0]
    for axes, index, column in zip(panels, chosen.tolist(), columns.tolist(), strict=True):
        _potential(axes, window, network, index, window.recording.potentials[:, column])
    headline(
        panels[0],
        f"{window.name}: potentials",
        f"after each tick, {window.span()}; a mark above: a spike",
    )
    ticks_axis(panels[-1], window.first, window.end)
    figure.align_ylabels(panels)
    return figure


def _watched(window: Window) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the neurons to show, and their columns in the recording."""
    watch = window.recording.watch
    if not len(watch):
        raise UserError(
            "--kind potentials must have a recording with potentials, and this one has none: "
            "run the "
            "network with --watch."
        )
    if window.neurons is None:
        return watch, np.arange(len(watch))
    order = np.argsort(watch, kind="stable")
    place = np.searchsorted(watch[order], window.neurons).clip(max=len(watch) - 1)
    column = order[place]
    for index in window.neurons[watch[column] != window.neurons][:1].tolist():
        core, neuron = divmod(index, window.architecture.neurons)
        raise UserError(
            f"--neurons must be among the {len(watch)} whose potentials were recorded, and neuron "
            f"{neuron} of core {window.place(core)} is not."
        )
    return window.neurons, column


def _potential(
    axes: Axes,
    window: Window,
    network: Network | None,
    index: int,
    values: NDArray[np.int32],
) -> None:
    edges = window.first + np.arange(window.ticks + 1) - 0.5
    axes.stairs(values, edges, baseline=None, color=COLOURS["blue"], linewidth=1.2)
    core, neuron = divmod(index, window.architecture.neurons)
    axes.set_ylabel(f"core {window.place(core)}\nneuron {neuron}")
    low, high = min(float(values.min()), 0.0), max(float(values.max()), 0.0)
    room = max(high - low, 8.0)
    limits = [] if network is None else _thresholds(network, core, neuron)
    # A threshold far away would flatten the curve; it is named instead.
    near = [(name, v) for name, v in limits if low - 2 * room <= v <= high + 2 * room]
    far = [f"{name} = {v:,}" for name, v in limits if (name, v) not in near]
    places = [low, high, *(float(value) for _, value in near)]
    low, high = min(places), max(places)
    room = max(high - low, 8.0)
    axes.set_ylim(low - 0.12 * room, high + 0.3 * room)
    axes.yaxis.set_major_formatter(short)
    axes.axhline(0, color=COLOURS["line"], linewidth=0.8, zorder=0)
    for _, value in near:
        axes.axhline(value, color=COLOURS["amber"], linewidth=1, linestyle=(0, (5, 3)), zorder=1)
    for text, place in _apart(near, 0.2 * room):
        _aside(axes, place, text, "data")
    if far:
        _aside(axes, 0.5, "\n".join(far), "axes fraction")
    fired = np.flatnonzero(_fired(window, index))
    axes.plot(
        window.first + fired,
        np.full(len(fired), high + 0.2 * room),
        linestyle="none",
        marker="|",
        markersize=5,
        markeredgewidth=float(np.clip(400 / window.ticks, 0.6, 1.6)),
        color=COLOURS["ink"],
    )


def _apart(limits: list[tuple[str, int]], distance: float) -> list[tuple[str, float]]:
    """Return names and places, one for both where they would overlap."""
    if len(limits) == 2 and abs(limits[0][1] - limits[1][1]) < distance:
        return [(", ".join(name for name, _ in limits), (limits[0][1] + limits[1][1]) / 2)]
    return [(name, float(value)) for name, value in limits]


def _aside(axes: Axes, y: float, text: str, system: str) -> None:
    """Write to the right of axes."""
    axes.annotate(
        text,
        (1, y),
        xytext=(4, 0),
        xycoords=("axes fraction", system),
        textcoords="offset points",
        va="center",
        color=COLOURS["soft"],
        annotation_clip=False,
    )


def _thresholds(network: Network, core: int, neuron: int) -> list[tuple[str, int]]:
    """Return where the neuron fires and where it is reset from below, in words and numbers."""
    alpha = int(network.threshold[core, neuron])
    beta = int(network.negative_threshold[core, neuron])
    noise = " + noise" if network.threshold_mask[core, neuron] else ""
    return [(f"alpha{noise}", alpha), ("-beta", -beta)]


def _fired(window: Window, index: int) -> NDArray[np.bool_]:
    """Return in which ticks a neuron fired."""
    rows = np.full(window.architecture.cores * window.architecture.neurons, -1, dtype=np.int32)
    rows[index] = 0
    fired: NDArray[np.bool_] = (
        per_bin(window.recording, rows, 1, np.arange(window.ticks + 1))[0] > 0
    )
    return fired


def _potential_map(window: Window, chosen: NDArray[np.int64], columns: NDArray[np.int64]) -> Figure:
    """Draw many neurons as rows of a picture."""
    values = window.recording.potentials[:, columns].T
    figure = new_figure(WIDTH, min(7.0, 2.4 + 0.18 * len(chosen)))
    axes = figure.add_subplot()
    # The few at the clamp must not leave all others white.
    limit = max(float(np.percentile(np.abs(values), 99)), 1.0)
    image = axes.imshow(
        values,
        cmap="PuOr",
        vmin=-limit,
        vmax=limit,
        aspect="auto",
        origin="lower",
        extent=(window.first - 0.5, window.end - 0.5, -0.5, len(chosen) - 0.5),
    )
    beyond = float(np.abs(values).max()) > limit
    bar = figure.colorbar(image, ax=axes, pad=0.01, extend="both" if beyond else "neither")
    bar.set_label("potential")
    step = -(-len(chosen) // 32)
    n = window.architecture.neurons
    names = [f"{window.place(i // n)} {i % n}" for i in chosen.tolist()]
    axes.set_yticks(range(0, len(chosen), step), names[::step])
    axes.set_ylabel("neuron: (x, y) n")
    ticks_axis(axes, window.first, window.end)
    headline(
        axes,
        f"{window.name}: potentials",
        f"{len(chosen):,} neurons after each tick, {window.span()}",
    )
    return figure
