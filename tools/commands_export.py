"""`spikewright export`: a folder with the hardware, for a team that works without this project."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from spikewright.tools.errors import UserError

if TYPE_CHECKING:
    from spikewright.golden import Network
    from spikewright.golden.architecture import Architecture

__all__ = ["export", "write_folder"]


class Top(StrEnum):
    """What is handed over."""

    chip = "chip"
    mesh = "mesh"


class Core(StrEnum):
    """Microarchitectures of a core."""

    event = "event"
    neuron = "neuron"


def export(
    folder: Annotated[Path, typer.Argument(help="Folder to write.", show_default=False)],
    *,
    top: Annotated[
        Top, typer.Option(help="The chip with its AXI ports, or the mesh alone.")
    ] = Top.chip,
    network: Annotated[
        Path | None,
        typer.Option(metavar="NET", help="Runs in the bench, and says what the chip is like."),
    ] = None,
    preset: Annotated[
        str | None, typer.Option(help="Size of the cores: truenorth if left out, tiny or ranc.")
    ] = None,
    mesh: Annotated[
        str | None, typer.Option(metavar="WxH", help="Size of the mesh: 1x1 if left out.")
    ] = None,
    core: Annotated[
        Core, typer.Option(help="One synaptic event a cycle, or a whole neuron.")
    ] = Core.event,
    attached: Annotated[
        str, typer.Option(metavar="SIDES", help="Sides with streams of packets.")
    ] = "west,east,north,south",
    ticks: Annotated[int, typer.Option(help="Ticks of the recorded program.")] = 20,
    seed: Annotated[int, typer.Option(help="Of the recorded program.")] = 1,
    as_json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
) -> None:
    """Write Verilog, a self-checking bench, constraints, the register map and a FuseSoC core file.

    The chip comes with its registers as a page, C, Python and SystemRDL, an IP-XACT component, and
    the network's memory files. The bench needs a Verilog simulator and nothing else: its vectors
    are recorded from the Verilog and held against the golden model here; where Icarus is installed
    it is also run once. The folder appears whole or not at all. One that an export has written is
    replaced, unless somebody has changed it since; any other is refused.

    Examples: spikewright export build/handover --preset tiny --mesh 2x2, spikewright export
    build/handover --network net.npz
    """
    from spikewright.tools.console import out, print_json
    from spikewright.tools.export_bundle import Wanted, bundle, check_bench
    from spikewright.tools.stages import Stages

    sides = _sides(attached)
    given = _network(network, sides, preset, mesh)
    wanted = Wanted(
        top=top.value,
        architecture=_architecture(preset, mesh) if given is None else given.architecture,
        attached=sides,
        ticks=ticks,
        seed=seed,
        core=core.value,
        network=given,
    )
    _check_replaceable(folder)
    stages = Stages()
    files, facts = bundle(wanted, stages.show)
    with stages.show("Running the bench"):
        played = check_bench(files)
    write_folder(folder, files)
    if as_json:
        values = {"folder": folder, "files": sorted(files), **facts, "played_in_icarus": played}
        print_json(values | {"seconds": stages.seconds})
        return
    said = "Icarus is not installed, so the bench was not run"
    if played is not None:
        said = f"in Icarus {played} cycles agree"
    out.print(
        f"{folder}: {len(files)} files; {facts['rows']} cycles recorded, {facts['compared']} "
        f"values as in the golden model; {said}.",
        markup=False,
        soft_wrap=True,
    )


def _architecture(preset: str | None, mesh: str | None) -> Architecture:
    from spikewright.golden.architecture import Architecture

    text = mesh or "1x1"
    size = re.fullmatch(r"(\d{1,5})x(\d{1,5})", text)
    if size is None:
        raise UserError(f"--mesh must be WIDTHxHEIGHT, such as 2x2, not {text!r}.")
    return Architecture.preset(preset or "truenorth").with_mesh(int(size[1]), int(size[2]))


def _network(
    path: Path | None, attached: tuple[str, ...], preset: str | None, mesh: str | None
) -> Network | None:
    """Return the network that is given, with the sides that the chip will have."""
    from spikewright.tools.net_options import read_network

    if path is None:
        return None
    if preset is not None or mesh is not None:
        raise UserError("--preset and --mesh must be left out with --network, which says both.")
    network = read_network(path, None, False, {})[0]
    network.attached = attached
    return network


def _sides(text: str) -> tuple[str, ...]:
    from spikewright.golden import SIDES

    names = [name for name in text.split(",") if name]
    for name in names:
        if name not in SIDES:
            raise UserError(f"--attached must name sides out of {', '.join(SIDES)}, not {name!r}.")
    return tuple(side for side in SIDES if side in names)


def write_folder(folder: Path, files: dict[str, str]) -> None:
    """Write a folder at once: whoever looks sees the old one or the new one, never half of it.

    Parameters
    ----------
    folder : Path
        Missing, empty, or written here before and unchanged since.
    files : dict
        Text by relative path, the manifest among them.
    """
    _check_replaceable(folder)
    temporary = folder.with_name(f".{folder.name}.{os.getpid()}.tmp")
    before = folder.with_name(f".{folder.name}.{os.getpid()}.old")
    try:
        for name, text in files.items():
            path = temporary / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(text.encode("utf-8"))
        if folder.exists():
            folder.rename(before)
        try:
            temporary.rename(folder)
        except OSError:
            if before.exists():
                before.rename(folder)
            raise
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
        shutil.rmtree(before, ignore_errors=True)


def _check_replaceable(folder: Path) -> None:
    """Refuse a folder with anything in it that an export has not written."""
    from spikewright.tools.export_bundle import LEFT_BY_BENCH, MANIFEST

    if not folder.exists() and not folder.is_symlink():
        return
    if folder.is_symlink() or not folder.is_dir():
        raise UserError(f"{folder} must be a folder that export may write, and is none.")
    files = sorted(path for path in folder.rglob("*") if not path.is_dir())
    found = {path.relative_to(folder).as_posix(): path for path in files}
    if MANIFEST in found:
        found = {name: path for name, path in found.items() if name not in LEFT_BY_BENCH}
    if not found:
        return
    if MANIFEST not in found:
        raise UserError(
            f"{folder} must be empty or written by export, and holds {next(iter(found))}."
        )
    try:
        sums = json.loads(found.pop(MANIFEST).read_text("utf-8"))["files"]
        known = {str(name): str(value) for name, value in sums.items()}
    except (ValueError, KeyError, TypeError, AttributeError):
        raise UserError(f"{folder / MANIFEST} must be what export wrote, and is not.") from None
    for name, path in found.items():
        if name not in known:
            raise UserError(f"{folder} must hold only what export wrote, and holds {name}.")
        if hashlib.sha256(path.read_bytes()).hexdigest() != known[name]:
            raise UserError(f"{folder / name} must be as export wrote it, and was changed.")
