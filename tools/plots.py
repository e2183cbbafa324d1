"""What all plots share: the colours of the demonstration's page, and files that do not change.

matplotlib is imported where it is used, because it is an extra and because it is slow to load. No
plot opens a window or touches matplotlib's global state.
"""

from __future__ import annotations

import errno
import os
import textwrap
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from spikewright.tools.console import atomic_path
from spikewright.tools.errors import UserError

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.colors import LinearSegmentedColormap
    from matplotlib.figure import Figure

__all__ = [
    "COLOURS",
    "LINES",
    "Draw",
    "check_output",
    "headline",
    "heat",
    "new_figure",
    "save",
    "short",
    "ticks_axis",
    "zero_based",
]

COLOURS = {
    "page": "#f6f7f9",
    "ink": "#1b2330",
    "soft": "#5c6878",
    "line": "#d9dee6",
    "grey": "#a5afbd",
    "blue": "#2563c9",
    "red": "#c8383f",
    "amber": "#d98a15",
}
"""As in demo.html."""

LINES = ("#2563c9", "#d98a15", "#1b2330", "#7a9ee0", "#8a5200", "#7d8897")
"""Of curves side by side. They differ in lightness too, for eyes and printers without colour."""

# Any: the keys' own type is a list of all that matplotlib knows.
_STYLE: Any = {
    "font.family": ["DejaVu Sans"],
    "font.size": 9,
    "text.color": COLOURS["ink"],
    "axes.edgecolor": COLOURS["grey"],
    "axes.labelcolor": COLOURS["soft"],
    "axes.linewidth": 0.8,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "xtick.color": COLOURS["grey"],
    "ytick.color": COLOURS["grey"],
    "xtick.labelcolor": COLOURS["soft"],
    "ytick.labelcolor": COLOURS["soft"],
    "legend.frameon": False,
    "legend.labelcolor": COLOURS["soft"],
    "figure.constrained_layout.w_pad": 0.1,
    "figure.constrained_layout.h_pad": 0.1,
    # Texts of an SVG stay texts, and its identifiers are the same in every run.
    "svg.fonttype": "none",
    "svg.hashsalt": "spikewright",
}
_DPI = 160

Draw = Callable[[], "Figure"]


def new_figure(width: float, height: float) -> Figure:
    """Return an empty figure of so many inches, whose parts make room for each other."""
    from matplotlib.figure import Figure

    return Figure(figsize=(width, height), dpi=_DPI, layout="constrained", facecolor="white")


def heat() -> LinearSegmentedColormap:
    """Return the colours of rates: near white for nothing, then ever darker, in one hue."""
    from matplotlib.colors import LinearSegmentedColormap

    steps = ["#f6f8fc", "#cfdef6", "#8fb2ea", "#4a82d8", "#2357b0", "#173a7a", "#0b1c40"]
    return LinearSegmentedColormap.from_list("spikewright", steps)


def headline(axes: Axes, title: str, subtitle: str, *, lift: float = 0) -> None:
    """Write a title and what stands below it over axes, from their left edge on.

    Parameters
    ----------
    axes : Axes
    title, subtitle : str
    lift : float
        Points that something else takes between the lines and the axes.
    """
    # A letter of 9 points is about 5 wide.
    letters = int(axes.figure.bbox.width / axes.figure.dpi * 72 * 0.86 / 5)
    lines = textwrap.wrap(subtitle, letters)
    pad = 10 + 12 * len(lines) + lift
    axes.set_title(title, loc="left", pad=pad, fontsize=13, fontweight="bold")
    line = axes.annotate(
        "\n".join(lines),
        (0, 1),
        xytext=(0, 8 + lift),
        xycoords="axes fraction",
        textcoords="offset points",
        color=COLOURS["soft"],
        annotation_clip=False,
    )
    # The title makes room for all of it in height; a long line must not narrow the axes.
    line.set_in_layout(False)


def ticks_axis(axes: Axes, first: int, end: int) -> None:
    """Give axes the ticks from ``first`` to before ``end``, whole numbers only."""
    from matplotlib.ticker import MaxNLocator, StrMethodFormatter

    axes.set_xlim(first - 0.5, end - 0.5)
    if end - first <= 10:
        axes.set_xticks(range(first, end))
    else:
        axes.xaxis.set_major_locator(MaxNLocator(nbins=10, integer=True))
    axes.xaxis.set_major_formatter(StrMethodFormatter("{x:,.0f}"))
    axes.set_xlabel("tick (1 ms in real time)")


def zero_based(axes: Axes, values: NDArray[np.floating[Any]]) -> None:
    """Let axes begin at zero and leave some room above the largest value."""
    axes.set_ylim(0, 1.08 * float(values.max()) or 1.0)


def short(value: float, _: float = 0) -> str:
    """Return a number of three or four digits in few characters: 0.25, 1,500, 15.3k, 2.5M."""
    for size, sign in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if abs(value) >= 10 * size or (abs(value) >= size > 1e3):
            return f"{value / size:.4g}{sign}"
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"


def check_output(path: Path) -> None:
    """Refuse a file that `save` could not write, before anything is read or drawn.

    Raises
    ------
    UserError
        Where matplotlib is not installed, or the suffix is neither .png nor .svg.
    """
    if path.suffix not in (".png", ".svg"):
        raise UserError(f"--out must end in .png or .svg, not be {path}.")
    if path.is_dir():
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
    try:
        import_module("matplotlib")
    except ModuleNotFoundError as missing:
        raise UserError(
            f"plot needs {missing.name}, which is missing: pip install 'spikewright[plot]'."
        ) from None


def save(draw: Draw, path: Path, *, make_folder: bool = False) -> None:
    """Draw a figure and write it, the same bytes for the same figure.

    Parameters
    ----------
    draw : callable
        Returns the figure; called where colours and fonts are set.
    path : Path
        One that `check_output` takes.
    make_folder : bool
        Whether to make the file's folder where it is missing, once there is a figure.
    """
    import matplotlib as mpl

    kind = path.suffix.removeprefix(".")
    with mpl.rc_context(_STYLE):
        figure = draw()
        if make_folder:
            path.parent.mkdir(parents=True, exist_ok=True)
        with atomic_path(path) as temporary:
            key = "Date" if kind == "svg" else "Software"
            figure.savefig(temporary, format=kind, metadata={key: None})
