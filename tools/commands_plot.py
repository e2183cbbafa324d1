"""`spikewright plot`: a recording as a picture."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from spikewright.tools.errors import UserError

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from spikewright.golden import Network
    from spikewright.tools.plots_window import Window

__all__ = ["KINDS", "PLOTS", "plot_command"]

KINDS = ("raster", "rates", "potentials", "map", "links")
PLOTS = Path("build/plots")
"""Where plots go unless told otherwise, below the current folder."""

# Options that choose a part of the chip, and the kinds that show parts.
_CHOOSERS = {"--neurons": ("raster", "potentials"), "--cores": ("raster", "rates")}


def plot_command(
    *,
    file: Annotated[
        Path, typer.Argument(metavar="RECORDING.npz", help="What `spikewright run --out` wrote.")
    ],
    kind: Annotated[str, typer.Option(help="raster, rates, potentials, map or links.")] = "raster",
    network: Annotated[
        Path | None,
        typer.Option(metavar="NET", help="The network that was run; links need it."),
    ] = None,
    neurons: Annotated[
        list[str] | None,
        typer.Option(
            metavar="X,Y,N",
            help="Only these; 0,0,:16 is the first 16 of core (0, 0). May be repeated.",
        ),
    ] = None,
    cores: Annotated[
        list[str] | None,
        typer.Option(metavar="X,Y", help="Only these; 0:4,: is four columns. May be repeated."),
    ] = None,
    ticks: Annotated[
        str | None,
        typer.Option(metavar="A:B", help="Only ticks from A to before B; either may be left out."),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(help="A .png or .svg; by default build/plots/RECORDING.KIND.png."),
    ] = None,
) -> None:
    """Draw what a run did.

    Example: spikewright plot run.npz --kind map --out map.svg

    A raster shows every spike, or rates where spikes are too many to be told apart.

    Potentials are those of the neurons that `run --watch` named; --network adds thresholds.
    """
    if kind not in KINDS:
        raise UserError(f"--kind must be of {', '.join(KINDS)}, not {kind!r}.")
    for option, given in (("--neurons", neurons), ("--cores", cores)):
        if given and kind not in _CHOOSERS[option]:
            raise UserError(
                f"{option} must come with --kind {' or '.join(_CHOOSERS[option])}, not {kind}."
            )
    if neurons and cores:
        raise UserError("plot needs --neurons or --cores, not both.")
    if kind == "links" and network is None:
        raise UserError("--kind links must come with --network, which says where packets go.")

    from spikewright.tools.plots import check_output, save

    path = out or PLOTS / f"{file.stem}.{kind}.png"
    check_output(path)
    window, program = _read(file, network, neurons or [], cores or [], ticks)
    save(_draw(kind, window, program), path, make_folder=out is None)

    from spikewright.tools.console import out as console

    console.print(f"wrote {path}", soft_wrap=True, markup=False)


def _read(
    file: Path, network: Path | None, neurons: list[str], cores: list[str], ticks: str | None
) -> tuple[Window, Network | None]:
    """Read recording and network, and hold the options against them."""
    from spikewright.tools.commands_stats import read_run
    from spikewright.tools.plots_window import Window, parse_cores, parse_neurons, parse_ticks

    recording, _, program = read_run(file, network)
    window = Window(
        recording,
        file.stem,
        ticks=parse_ticks(ticks, recording),
        cores=parse_cores(cores, recording.architecture),
        neurons=parse_neurons(neurons, recording.architecture),
    )
    return window, program


def _draw(kind: str, window: Window, network: Network | None) -> Callable[[], Figure]:
    if kind == "raster":
        from spikewright.tools.plots_raster import raster

        return partial(raster, window)
    if kind in ("rates", "potentials"):
        from spikewright.tools.plots_time import potentials, rates

        return partial(rates, window) if kind == "rates" else partial(potentials, window, network)
    from spikewright.tools.plots_mesh import core_map, links

    if network is None or kind == "map":
        return partial(core_map, window)
    return partial(links, window, network)
