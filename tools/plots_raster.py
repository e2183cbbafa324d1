"""Spikes over time: a mark for each where they can be told apart, else a picture of rates."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from spikewright.tools.errors import UserError
from spikewright.tools.plots import COLOURS, headline, heat, new_figure, ticks_axis, zero_based
from spikewright.tools.plots_window import Window, bins, per_bin

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["raster"]

# A plot has about so many pixels for rows and for columns.
ROWS, COLUMNS = 512, 1000
# More marks than this are drawn as pixels, also in an SVG; still more become rates.
VECTOR_MARKS, MARKS = 20_000, 200_000
# More cores than this are not named one by one.
NAMED_CORES, NAMED_NEURONS = 32, 32
# Inches; a few rows take less height.
WIDTH, HEIGHT = 10.0, 6.4


@dataclass(frozen=True)
class _Rows:
    """How neurons become rows: ``of`` each neuron its row or -1, and each row's size."""

    of: NDArray[np.int32]
    count: int
    neurons: int
    per_core: float

    @property
    def single(self) -> bool:
        return self.neurons == 1


def raster(window: Window) -> Figure:
    """Return the spikes of all neurons, or of those chosen, and their rate below."""
    rows = _rows(window)
    shown = rows.of >= 0
    total = int(np.count_nonzero(shown[window.recording.spike_index]))
    neurons = int(np.count_nonzero(shown))
    height = min(HEIGHT, 2.6 + 0.16 * rows.count)
    figure = new_figure(WIDTH, height)
    grid = figure.add_gridspec(2, 1, height_ratios=[5, 1])
    axes = figure.add_subplot(grid[0])
    marks = rows.single and total <= MARKS
    if marks:
        # What titles, labels and the lower panel leave of the figure, in points.
        _marks(axes, window, rows, total, pitch=(height * 72 - 95) * 5 / 6 / rows.count)
        kind = "one mark a spike"
    else:
        width = _picture(axes, window, rows)
        kind = f"one pixel: {rows.neurons:,} {_plural('neuron', rows.neurons)}"
        kind += f" over {width:,} {_plural('tick', width)}"
    _name_rows(axes, window, rows)
    axes.set_ylim(-0.5, rows.count - 0.5)
    axes.tick_params(labelbottom=False)
    rate = 1000 * total / (neurons * window.ticks)
    headline(
        axes,
        f"{window.name}: spikes",
        f"{_chosen(window, neurons)}, {window.span()}: "
        f"{total:,} {_plural('spike', total)}, {rate:.3g} Hz on average; {kind}",
    )
    _population(figure.add_subplot(grid[1], sharex=axes), window, rows, neurons)
    return figure


def _chosen(window: Window, neurons: int) -> str:
    a = window.architecture
    words = f"{neurons:,} {_plural('neuron', neurons)}"
    if window.neurons is not None:
        return f"{words} of {a.cores * a.neurons:,}"
    cores = f"{len(window.cores):,} {_plural('core', len(window.cores))}"
    return (
        f"{cores}, {words}" if len(window.cores) == a.cores else f"{cores} of {a.cores:,}, {words}"
    )


def _plural(word: str, count: int) -> str:
    return word if count == 1 else word + "s"


def _rows(window: Window) -> _Rows:
    """Give each neuron a row: its own where there is room, else with neighbours of its core."""
    a = window.architecture
    of = np.full(a.cores * a.neurons, -1, dtype=np.int32)
    if window.neurons is not None:
        if len(window.neurons) > ROWS:
            raise UserError(
                f"--neurons must name at most {ROWS} neurons for --kind raster, not "
                f"{len(window.neurons)}; --cores takes whole cores."
            )
        of[window.neurons] = np.arange(len(window.neurons))
        return _Rows(of, len(window.neurons), 1, 0)
    cores = window.cores
    place = np.arange(len(cores), dtype=np.int64)[:, None]
    neuron = np.arange(a.neurons)[None]
    if len(cores) > ROWS:
        together = -(-len(cores) // ROWS)
        row, per_core, size = place // together + 0 * neuron, 1 / together, together * a.neurons
    else:
        size = -(-a.neurons // (ROWS // len(cores)))
        bands = -(-a.neurons // size)
        row, per_core = place * bands + neuron // size, float(bands)
    of.reshape(a.cores, a.neurons)[cores] = row
    return _Rows(of, int(row.max()) + 1, size, per_core)


def _marks(axes: Axes, window: Window, rows: _Rows, total: int, pitch: float) -> None:
    spikes = window.recording
    tick = np.repeat(window.first + np.arange(window.ticks), spikes.spikes_per_tick)
    row = rows.of[spikes.spike_index]
    core = spikes.spike_index // window.architecture.neurons
    across = 0.86 * WIDTH * 72 / window.ticks
    # Cores that follow each other differ in colour where no line can separate them.
    order = np.searchsorted(window.cores, core) if window.neurons is None else core * 0
    for turn, colour in enumerate((COLOURS["blue"], COLOURS["ink"])):
        some = (row >= 0) & (order % 2 == turn)
        axes.plot(
            tick[some],
            row[some],
            linestyle="none",
            marker="|",
            color=colour,
            markersize=float(np.clip(0.85 * pitch, 1.0, 16)),
            markeredgewidth=float(np.clip(0.6 * across, 0.6, 3)),
            rasterized=total > VECTOR_MARKS,
        )


def _picture(axes: Axes, window: Window, rows: _Rows) -> int:
    """Draw rates, and return the ticks of a pixel."""
    edges = bins(window.ticks, COLUMNS)
    width = int(edges[1] - edges[0])
    sizes = np.bincount(rows.of[rows.of >= 0], minlength=rows.count)
    counts = per_bin(window.recording, rows.of, rows.count, edges)
    rates = 1000 * counts / sizes[:, None] / np.diff(edges)
    # A few cells that burst must not leave the rest white.
    high = float(np.percentile(rates[rates > 0], 99.5)) if rates.any() else 1.0
    image = axes.imshow(
        rates,
        cmap=heat(),
        vmin=0,
        vmax=high,
        aspect="auto",
        origin="lower",
        extent=(
            window.first - 0.5,
            window.first + width * rates.shape[1] - 0.5,
            -0.5,
            rows.count - 0.5,
        ),
    )
    bar = axes.figure.colorbar(
        image, ax=axes, pad=0.01, aspect=30, extend="max" if rates.max() > high else "neither"
    )
    bar.set_label("rate of a neuron (Hz)")
    bar.outline.set_visible(False)
    return width


def _name_rows(axes: Axes, window: Window, rows: _Rows) -> None:
    """Label neurons, cores or rows of the mesh, whichever are few enough to be read."""
    a = window.architecture
    if window.neurons is not None:
        axes.set_ylabel("neuron: (x, y) n")
        step = -(-len(window.neurons) // NAMED_NEURONS)
        names = [f"{window.place(i // a.neurons)} {i % a.neurons}" for i in window.neurons.tolist()]
        axes.set_yticks(range(0, rows.count, step), names[::step])
    elif len(window.cores) == 1:
        axes.set_ylabel(f"neuron of core {window.place(int(window.cores[0]))}")
    elif len(window.cores) <= NAMED_CORES:
        axes.set_ylabel("core (x, y), its neurons from below")
        middle = (np.arange(len(window.cores)) + 0.5) * rows.per_core - 0.5
        axes.set_yticks(middle, [window.place(core) for core in window.cores.tolist()])
        axes.tick_params(axis="y", length=0)
        for border in np.arange(1, len(window.cores)) * rows.per_core - 0.5:
            axes.axhline(border, color=COLOURS["line"], linewidth=0.6)
    else:
        axes.set_ylabel("core (x, y), from below")
        count = len(window.cores)
        starts = np.flatnonzero(np.diff(window.cores // a.width, prepend=-1))
        # Where rows of the mesh begin, if there are several.
        starts = starts if len(starts) >= 8 else np.arange(0, count, -(-count // 16))
        starts = starts[:: -(-len(starts) // 16)]
        names = [window.place(core) for core in window.cores[starts].tolist()]
        axes.set_yticks(starts * rows.per_core - 0.5, names)


def _population(axes: Axes, window: Window, rows: _Rows, neurons: int) -> None:
    """Draw the rate of all shown neurons together."""
    edges = bins(window.ticks, COLUMNS)
    one = np.where(rows.of >= 0, 0, -1).astype(np.int32)
    rate = 1000 * per_bin(window.recording, one, 1, edges)[0] / neurons / np.diff(edges)
    axes.stairs(rate, window.first + edges - 0.5, fill=True, color=COLOURS["blue"], alpha=0.85)
    zero_based(axes, rate)
    axes.set_ylabel("rate (Hz)")
    ticks_axis(axes, window.first, window.end)
