"""`spikewright load`: a network as AXI4-Lite writes or as memory files, and back."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from spikewright.tools.errors import UserError
from spikewright.tools.net_options import AsJson, given_options

if TYPE_CHECKING:
    from spikewright.golden import Architecture, Network
    from spikewright.tools.load_side import Side

__all__ = ["load_command", "read_image", "write_images"]


def load_command(
    *,
    file: Annotated[
        Path | None, typer.Argument(metavar="[NET]", help="A network in any format.")
    ] = None,
    writes: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Write the AXI4-Lite writes: .txt for scripts, .bin, .h for C, or .npz.",
        ),
    ] = None,
    memory: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Write the memories' contents, for $readmemh."),
    ] = None,
    read: Annotated[
        Path | None,
        typer.Option(metavar="DIR|FILE", help="Read memories, or .txt, .bin or .npz of writes."),
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", metavar="NET.npz", help="Write what --read has read.")
    ] = None,
    side: Annotated[
        Path | None,
        typer.Option(metavar="FILE.json", help="The JSON of what --read reads, if not beside it."),
    ] = None,
    architecture: Annotated[
        Path | None,
        typer.Option(metavar="FILE.json", help="The architecture, where there is no such JSON."),
    ] = None,
    preset: Annotated[
        str | None, typer.Option(help="The same by name: truenorth, tiny or ranc.")
    ] = None,
    mesh: Annotated[
        str | None, typer.Option(metavar="WxH", help="With --preset: the size of the mesh.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Program a chip with a network, or read a network from what programs a chip.

    For example: spikewright load net.npz --writes net.txt --memory image

    And back: spikewright load --read image --out same.npz
    """
    from spikewright.tools.console import out as console
    from spikewright.tools.console import print_json
    from spikewright.tools.net_options import read_network

    if read is None:
        _need(file is not None and (writes or memory), "NET with --writes or --memory, or --read")
        _leave_out("--read", out, side, architecture, preset, mesh)
        assert file is not None
        network = read_network(file, None, False, {})[0]
        wrote = write_images(network, writes, memory)
    else:
        _need(out is not None, "--out with --read")
        assert out is not None
        if file or writes or memory:
            raise UserError("NET, --writes and --memory must be left out with --read.")
        given = _given(architecture, preset, mesh)
        if side is not None and given is not None:
            raise UserError("--side must be left out with --architecture or --preset.")
        network = read_image(read, side, given)
        network.save(out)
        wrote = {str(out): "network"}
    a = network.architecture
    found = {"cores": a.cores, "width": a.width, "height": a.height, "wrote": wrote}
    if as_json:
        print_json(found)
        return
    for path, what in wrote.items():
        console.print(f"Wrote {path}: {what}", markup=False, soft_wrap=True)


def _need(given: object, what: str) -> None:
    if not given:
        raise UserError(f"There must be {what}; see spikewright load --help.")


def _leave_out(option: str, *values: object) -> None:
    if any(value is not None for value in values):
        raise UserError(
            f"--out, --side, --architecture, --preset and --mesh must come with {option}."
        )


def _given(architecture: Path | None, preset: str | None, mesh: str | None) -> Architecture | None:
    """Return the architecture that the options describe."""
    from spikewright.golden import Architecture
    from spikewright.tools.load_side import read_architecture_file

    if architecture is not None and (preset is not None or mesh is not None):
        raise UserError("--architecture must come without --preset and --mesh.")
    if architecture is not None:
        return read_architecture_file(architecture)
    if preset is None:
        if mesh is not None:
            raise UserError("--mesh must come with --preset.")
        return None
    size = given_options(mesh, None, None, None, None).get("mesh")
    found = Architecture.preset(preset)
    return found if size is None else found.with_mesh(*size)


def write_images(network: Network, writes: Path | None, memory: Path | None) -> dict[str, str]:
    """Write a network's images, all of them or none.

    Parameters
    ----------
    network : Network
    writes : Path, optional
        File of AXI4-Lite writes; its suffix says the form.
    memory : Path, optional
        Folder of memory files, empty or not there yet.

    Returns
    -------
    dict of str to str
        What was written, by path.
    """
    from spikewright.tools.console import atomic_path, progress
    from spikewright.tools.load_memory import SIDE, write_memories
    from spikewright.tools.load_side import Side, side_text
    from spikewright.tools.load_writes import SUFFIXES, count_writes, write_writes

    _check_targets(writes, memory, SUFFIXES)
    wrote, a, side = {}, network.architecture, side_text(Side.of(network))
    with ExitStack() as stack:
        if writes is not None:
            if writes.suffix != ".npz":
                beside = stack.enter_context(atomic_path(_beside(writes)))
                beside.write_text(side, encoding="utf-8")
                wrote[str(_beside(writes))] = "what the writes do not say"
            partial = stack.enter_context(atomic_path(writes))
            with progress(f"Writing {writes.name}", a.cores, rate="cores") as advance:
                write_writes(partial, network, advance, writes.name)
            wrote[str(writes)] = f"{count_writes(a):,} AXI4-Lite writes"
        if memory is not None:
            folder = stack.enter_context(_new_folder(memory))
            with progress(f"Writing {memory.name}", a.cores, rate="cores") as advance:
                write_memories(folder, network, advance)
            (folder / SIDE).write_text(side, encoding="utf-8")
            wrote[str(memory)] = f"memory files of {a.cores:,} cores"
    return wrote


def _check_targets(writes: Path | None, memory: Path | None, suffixes: tuple[str, ...]) -> None:
    if writes is not None and writes.suffix not in suffixes:
        raise UserError(f"--writes must end in {', '.join(suffixes)}, not be {writes}.")
    if memory is not None and memory.exists():
        for path in sorted(memory.iterdir())[:1]:
            raise UserError(f"--memory must be empty or not be there, and has {path.name}.")


@contextmanager
def _new_folder(folder: Path) -> Iterator[Path]:
    """Yield a temporary folder that becomes ``folder`` if the block succeeds."""
    from spikewright.tools.console import atomic_path

    with atomic_path(folder) as partial:
        partial.mkdir()
        try:
            yield partial
        except BaseException:
            shutil.rmtree(partial)
            raise


def _beside(path: Path) -> Path:
    return path.with_name(f"{path.name}.json")


def read_image(path: Path, side: Path | None, architecture: Architecture | None) -> Network:
    """Return the network of an image.

    Parameters
    ----------
    path : Path
        A folder of memory files, or a file of writes.
    side : Path, optional
        The JSON that came with it; by default the one beside it.
    architecture : Architecture, optional
        Instead of that JSON: the network has neither attached sides nor ports nor metadata then.

    Raises
    ------
    LoadError, NetworkError
        One sentence with the file's name.
    """
    from spikewright.tools.console import progress
    from spikewright.tools.load_memory import SIDE, read_memories
    from spikewright.tools.load_side import Side, check_size, read_side
    from spikewright.tools.load_writes import read_archive, read_writes, written_network
    from spikewright.tools.stages import Stages

    title = f"Reading {path.name}"
    if path.suffix == ".npz" and not path.is_dir():
        if side is not None or architecture is not None:
            raise UserError("--side, --architecture and --preset must be left out with .npz.")
        with Stages().show(title):
            return read_archive(path)
    if architecture is not None:
        check_size(path, architecture)
        found: Side = Side(architecture)
    else:
        found = read_side(side or (path / SIDE if path.is_dir() else _beside(path)))
    if path.is_dir():
        with progress(title, found.architecture.cores, rate="cores") as advance:
            return read_memories(path, found, advance)
    with progress(title, path.stat().st_size, rate="bytes") as advance:
        pairs = read_writes(path, found.architecture, advance)
    with Stages().show(f"Checking {path.name}"):
        return written_network(path, found, pairs[:, 0], pairs[:, 1])
