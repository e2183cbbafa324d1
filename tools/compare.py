"""`spikewright compare`: one network on the RTL and on the golden model, tick by tick."""

import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from spikewright.tools.errors import EXIT_FAULT, UserError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from spikewright.golden import Network

__all__ = ["compare_command"]

DEFAULT_TICKS = 32
RANDOM_TICKS = 64
# Sides of a random program: spikes go in and come out, and the other two drop what leaves.
RANDOM_ATTACHED = ("west", "east")

# A file of events may name any tick; nobody waits for the last one of all by accident.
LAST_TICK = 100_000


def compare_command(
    *,
    file: Annotated[
        Path | None,
        typer.Argument(metavar="[NET]", help="A network, in any format that convert reads."),
    ] = None,
    stimulus: Annotated[
        Path | None, typer.Option(help="Spikes on axons: tick, x, y, axon; .npz or .csv.")
    ] = None,
    packets: Annotated[
        Path | None, typer.Option(help="Packets at the edges of the mesh; .npz or .csv.")
    ] = None,
    ticks: Annotated[
        int | None, typer.Option(help="How many ticks; by default until the last event is through.")
    ] = None,
    random: Annotated[
        int | None,
        typer.Option("--random", metavar="SEED", help="A random program instead of a file."),
    ] = None,
    preset: Annotated[
        str | None, typer.Option(help="With --random: architecture, by default tiny.")
    ] = None,
    mesh: Annotated[
        str | None,
        typer.Option(metavar="WxH", help="With --random: size of the mesh, by default 2x2."),
    ] = None,
    core: Annotated[
        str, typer.Option(help="Cores of the RTL: event or neuron, see verify.")
    ] = "event",
    sim: Annotated[str, typer.Option(help="Simulator of the RTL.")] = "verilator",
    waves: Annotated[
        Path, typer.Option(metavar="DIR", help="Where the waveform of a difference goes.")
    ] = Path("build/waves"),
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")] = False,
) -> None:
    """Run a network on the RTL and on the golden model, and compare them tick by tick.

    A first try, without any file: spikewright compare --random 1

    Compared are all potentials, spikes, packets that leave and counters of dropped packets. Where
    they part, the tick, core, neuron and both values are printed, and a waveform is recorded.

    Exit status: 0 they agree, 1 they differ, 2 they could not be run.
    """
    if sim != "verilator":
        raise UserError(f"--sim must be verilator, not {sim!r}.")
    if core not in ("event", "neuron"):
        raise UserError(f"--core must be event or neuron, not {core!r}.")
    if ticks is not None and ticks < 1:
        raise UserError(f"--ticks must be at least 1, not {ticks}.")
    if waves.exists() and not waves.is_dir():
        raise UserError(f"--waves must be a folder, not the file {waves}.")
    if (file is None) == (random is None):
        raise UserError("compare needs a network file, or else --random SEED: give one of the two.")
    if file is not None:
        _refuse_random_options(preset, mesh)
        job = _from_file(file, stimulus, packets, ticks)
    else:
        assert random is not None
        job = _random(
            random,
            preset or "tiny",
            mesh or "2x2",
            stimulus=stimulus,
            packets=packets,
            ticks=ticks,
        )

    from spikewright.tools.comparison import compare

    result = compare(waves=waves, core=core, **job)
    if as_json:
        from spikewright.tools.console import print_json

        print_json(result.to_dict())
    else:
        from spikewright.tools.compare_report import show

        show(result)
    if not result.agree:
        raise typer.Exit(EXIT_FAULT)


def _refuse_random_options(preset: str | None, mesh: str | None) -> None:
    for name, value in (("--preset", preset), ("--mesh", mesh)):
        if value is not None:
            raise UserError(
                f"{name} must come with --random, not with a file, whose architecture is its own."
            )


def _from_file(
    file: Path, stimulus: Path | None, packets: Path | None, ticks: int | None
) -> dict[str, Any]:
    from spikewright.tools.formats import load_network

    network, _ = load_network(file)
    events = _events(network, stimulus, packets)
    count = ticks or _long_enough(network, events)
    return {"network": network, **events, "ticks": count, "name": file.stem}


def _random(
    seed: int,
    preset: str,
    mesh: str,
    *,
    stimulus: Path | None,
    packets: Path | None,
    ticks: int | None,
) -> dict[str, Any]:
    """Return a random program with random events, where no file gives them."""
    from spikewright.golden import Architecture, random_network, random_packets, random_spikes

    if seed < 0:
        raise UserError(f"--random must be at least 0, not {seed}.")
    size = re.fullmatch(r"(\d{1,5})x(\d{1,5})", mesh)
    if size is None:
        raise UserError(f"--mesh must be WIDTHxHEIGHT, such as 2x2, not {mesh!r}.")
    architecture = Architecture.preset(preset).with_mesh(int(size[1]), int(size[2]))
    network = random_network(architecture, seed, attached=RANDOM_ATTACHED)
    count = ticks or RANDOM_TICKS
    events = _events(network, stimulus, packets)
    if events["spikes"] is None:
        events["spikes"] = random_spikes(network, seed, count)
    if events["packets"] is None:
        events["packets"] = random_packets(network, seed, count)
    return {"network": network, **events, "ticks": count, "name": f"random{seed}"}


def _events(
    network: "Network", stimulus: Path | None, packets: Path | None
) -> "dict[str, NDArray[Any] | None]":
    """Read the files of events and hold them against the network."""
    from spikewright.golden import (
        PACKET,
        SPIKE,
        StimulusError,
        check_packets,
        check_spikes,
        load_events,
    )

    events: dict[str, NDArray[Any] | None] = {"spikes": None, "packets": None}
    for name, path, dtype, check in (
        ("spikes", stimulus, SPIKE, check_spikes),
        ("packets", packets, PACKET, check_packets),
    ):
        if path is not None:
            events[name] = found = load_events(path, dtype)
            try:
                check(found, network)
            except StimulusError as error:
                raise StimulusError(f"{path.name}: {error}") from None
    return events


def _long_enough(network: "Network", events: "dict[str, NDArray[Any] | None]") -> int:
    """Return ticks until whatever the last event sets off has been delivered."""
    last = max(
        (int(e["tick"].max()) for e in events.values() if e is not None and len(e)), default=-1
    )
    if last > LAST_TICK:
        raise UserError(
            f"--ticks must be given where events reach beyond tick {LAST_TICK}, here to {last}."
        )
    return max(last + 1 + network.architecture.delay_slots, DEFAULT_TICKS)
