"""`spikewright stats`: what a run did in figures, and what it would cost on a chip."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from spikewright.tools.errors import UserError

if TYPE_CHECKING:
    from spikewright.golden import Network, Recording

__all__ = ["read_run", "stats_command"]


def stats_command(
    *,
    file: Annotated[
        Path, typer.Argument(metavar="RECORDING.npz", help="What `spikewright run --out` wrote.")
    ],
    network: Annotated[Path, typer.Option(metavar="NET", help="The network that was run.")],
    packets: Annotated[
        Path | None,
        typer.Option(help="Packets that were injected, to count them on links; .npz or .csv."),
    ] = None,
    energy: Annotated[
        str, typer.Option(help="truenorth, truenorth-46gsops, core-2011 or loihi.")
    ] = "truenorth",
    top: Annotated[int, typer.Option(help="How many cores and links to name.")] = 5,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of tables.")] = False,
) -> None:
    """Count what a run did: spikes, synaptic operations, packets, hops, links and energy.

    Example: spikewright stats run.npz --network net.npz --energy loihi

    Energies are published figures of other chips, each printed with its source and with what it
    holds and leaves out.
    """
    if top < 0:
        raise UserError(f"--top must be at least 0, not {top}.")
    from spikewright.golden.energy_models import MODELS

    if energy not in MODELS:
        raise UserError(f"--energy must be of {', '.join(MODELS)}, not {energy!r}.")
    recording, info, program = read_run(file, network)

    from spikewright.golden.statistics import measure
    from spikewright.tools.stats_report import Report

    injected = None if packets is None else _packets(packets, program)
    report = Report(measure(recording, program, packets=injected), info, energy, top)
    if as_json:
        from spikewright.tools.console import print_json

        print_json(report.to_dict())
    else:
        report.show()


def read_run(file: Path, network: Path | None) -> tuple[Recording, dict[str, Any], Any]:
    """Read a recording, and the network that it must be of.

    Returns
    -------
    recording : Recording
        Of at least one tick.
    info : dict
        What else `load_recording` found.
    network : Network, or None
        None where no path is given.
    """
    from spikewright.golden.recording_file import load_recording
    from spikewright.tools.formats import load_network

    recording, info = load_recording(file)
    if not recording.ticks:
        raise UserError(f"{file.name}: the recording must have at least one tick, and has none.")
    if network is None:
        return recording, info, None
    program, _ = load_network(network)
    given = program.architecture.to_dict()
    for name, value in recording.architecture.to_dict().items():
        if given[name] != value:
            raise UserError(
                f"{network.name}: the network must be the one of {file.name}, with {name} = "
                f"{value}, not {given[name]}."
            )
    return recording, info, program


def _packets(path: Path, network: Network) -> Any:
    """Read packets and hold them against the network."""
    from spikewright.golden import PACKET, StimulusError, check_packets, load_events

    events = load_events(path, PACKET)
    try:
        check_packets(events, network)
    except StimulusError as error:
        raise StimulusError(f"{path.name}: {error}") from None
    return events
