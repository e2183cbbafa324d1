"""`spikewright bitstream`: a network on an FPGA, by one command."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from spikewright.tools.errors import UserError
from spikewright.tools.net_options import AsJson

if TYPE_CHECKING:
    from spikewright.tools.bitstream import Chip

__all__ = ["bitstream"]


def bitstream(
    net: Annotated[Path, typer.Argument(help="A network in any format.")],
    out_file: Annotated[Path, typer.Argument(metavar="OUT.bit", help="The bitstream.")],
    *,
    device: Annotated[str, typer.Option(help="Size of the ECP5: 25k, 45k or 85k.")] = "85k",
    package: Annotated[str, typer.Option(help="Its package.")] = "CABGA381",
    pins: Annotated[
        Path | None,
        typer.Option(metavar="FILE.lpf", help="Places of the pins; anywhere without it."),
    ] = None,
    megahertz: Annotated[float, typer.Option(min=1, help="Clock that the tools aim for.")] = 40,
    seed: Annotated[int, typer.Option(min=0, help="Of the placer.")] = 1,
    as_json: AsJson = False,
) -> None:
    """Put a network on an ECP5: a mesh with the network in its memories, and a host at its pins.

    Example: spikewright bitstream net.npz chip.bit --device 85k

    Place and route is the same for every network of one architecture with the same sides attached:
    a second one takes seconds. hdl/hosted.py describes what the host sends and hears.
    """
    from spikewright.golden.architecture import ArchitectureError
    from spikewright.tools.bitstream import STEPS, Options, make_bitstream
    from spikewright.tools.console import check_place, print_json, progress
    from spikewright.tools.net_options import read_network
    from spikewright.tools.synth_targets import DEVICES

    if device not in DEVICES:
        raise UserError(f"--device must be one of {', '.join(DEVICES)}, not {device!r}.")
    check_place(out_file)
    network = read_network(net, None, False, {})[0]
    options = Options(
        device=device,
        package=package,
        pins="" if pins is None else pins.read_text(encoding="utf-8"),
        megahertz=megahertz,
        seed=seed,
    )
    try:
        with progress("Implementing", STEPS) as advance:
            chip = make_bitstream(network, out_file, options, advance=advance)
    except ArchitectureError as error:
        raise UserError(f"{net}: {error}.") from error
    if as_json:
        print_json({"wrote": str(out_file), **chip.to_dict()})
    else:
        _show(out_file, chip)


def _show(path: Path, chip: Chip) -> None:
    from rich.table import Table

    from spikewright.tools.console import out

    table = Table(box=None, pad_edge=False)
    for column in ("resource", "used", "of", "%"):
        table.add_column(column, justify="left" if column == "resource" else "right")
    for use in chip.use:
        share = f"{100 * use.used / use.available:.0f}"
        table.add_row(use.resource, f"{use.used:,}", f"{use.available:,}", share)
    out.print(table)
    lines = [
        f"{chip.cores} cores, {chip.neurons:,} neurons on {chip.device} (seed {chip.seed}): "
        f"{chip.megahertz:.1f} MHz; of {chip.limit} least is left.",
    ]
    if chip.path is not None:
        p = chip.path
        lines.append(
            f"Slowest path: {p.begins} to {p.ends}, {p.logic:.1f} ns in {p.steps} cells and "
            f"{p.routing:.1f} ns of routing."
        )
    spent = f"{chip.synthesis_seconds:.0f} s of synthesis, {chip.place_and_route_seconds:.0f} s of "
    spent += "place and route"
    spent += " when it was first made" if chip.reused else ""
    lines.append(f"{spent}, {chip.contents_seconds:.0f} s for the contents.")
    lines.append(f"Host: frames of {chip.frame_octets} bytes, {len(chip.ports)} ports.")
    lines.append(f"Wrote {path}.")
    for line in lines:
        out.print(line, markup=False, soft_wrap=True)
