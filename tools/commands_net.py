"""`spikewright net`: describe, check and convert networks; `convert` is also a command itself."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from spikewright.tools.errors import EXIT_FAULT, EXIT_UNABLE, UserError
from spikewright.tools.net_options import (
    Approximate,
    AsJson,
    Bus,
    Dt,
    Mesh,
    Preset,
    Settings,
    Source,
    check_option,
    given_options,
    read_network,
)

__all__ = ["app", "check", "convert", "info"]

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Describe, check and convert networks.",
)


@app.command()
def info(
    *,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A network in any format.")],
    source: Source = None,
    approximate: Approximate = False,
    mesh: Mesh = None,
    bus: Bus = None,
    preset: Preset = None,
    dt: Dt = None,
    settings: Settings = None,
    as_json: AsJson = False,
) -> None:
    """Show what a network holds.

    For example: spikewright net info net.npz
    """
    from spikewright.tools.console import print_json
    from spikewright.tools.formats import FORMATS
    from spikewright.tools.net_convert import show_report
    from spikewright.tools.net_info import describe, show_info

    options = given_options(mesh, bus, preset, dt, settings)
    network, report, name = read_network(file, source, approximate, options)
    size = sum(path.stat().st_size for path in _files(file))
    found = {"file": file.name, "format": name, "title": FORMATS[name].title, "bytes": size}
    found |= describe(network)
    if as_json:
        print_json(found | report.to_dict())
        return
    show_info(found)
    show_report(report)


@app.command()
def check(
    *,
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="Networks.")],
    source: Source = None,
    approximate: Approximate = False,
    mesh: Mesh = None,
    bus: Bus = None,
    preset: Preset = None,
    dt: Dt = None,
    settings: Settings = None,
    as_json: AsJson = False,
) -> None:
    """Check whether files are valid networks.

    For example: spikewright net check net.npz model.json

    Exit status: 0 all are, 1 one is not, 2 one could not be read.
    """
    from spikewright.tools.console import complain, out, print_json
    from spikewright.tools.errors import user_message

    options = given_options(mesh, bus, preset, dt, settings)
    status, results = 0, []
    for file in files:
        result: dict[str, Any] = {"file": str(file), "valid": True, "error": None}
        try:
            network, report, result["format"] = read_network(file, source, approximate, options)
            result |= report.to_dict()
        except (ValueError, OSError) as error:
            text = user_message(error)
            # What is wrong with the options is no fault of the file.
            if text is None or isinstance(error, UserError):
                raise
            result |= {"valid": False, "error": text}
            status = max(status, EXIT_UNABLE if isinstance(error, OSError) else EXIT_FAULT)
            if not as_json:
                complain(text)
        else:
            a = network.architecture
            if not as_json:
                line = f"{file}: valid, {result['format']}, {a.width} x {a.height} cores"
                out.print(line, markup=False, soft_wrap=True)
        results.append(result)
    if as_json:
        print_json(results)
    raise typer.Exit(status)


@app.command()
def convert(
    *,
    source_file: Annotated[
        Path, typer.Argument(metavar="IN", help="A network in any format: a file, or a folder.")
    ],
    target_file: Annotated[
        Path, typer.Argument(metavar="OUT", help="Where it goes; its suffix says the format.")
    ],
    source: Source = None,
    target: Annotated[
        str | None,
        typer.Option("--to", metavar="FORMAT", help="npz, ranc, ranc-memory, cpe or nir."),
    ] = None,
    approximate: Approximate = False,
    stimulus: Annotated[
        Path | None, typer.Option(help="Spikes to write along, where OUT can carry them.")
    ] = None,
    stimulus_out: Annotated[
        Path | None,
        typer.Option(metavar="S.csv|npz", help="Write the spikes that IN carries along."),
    ] = None,
    expected_out: Annotated[
        Path | None,
        typer.Option(metavar="E.csv", help="Write the outputs that IN's test bench expects."),
    ] = None,
    mesh: Mesh = None,
    bus: Bus = None,
    preset: Preset = None,
    dt: Dt = None,
    settings: Settings = None,
    as_json: AsJson = False,
) -> None:
    """Convert a network from one format to another.

    For example: spikewright convert ranc_vmm vmm.npz --stimulus-out in.csv --expected-out out.csv

    What does not fit is refused, or with --approximate changed and listed.
    """
    from spikewright.golden import load_stimulus, make_spikes, save_events
    from spikewright.golden.csv_file import write_csv
    from spikewright.tools.console import out, print_json
    from spikewright.tools.formats import FORMATS, detect_output, save_network
    from spikewright.tools.net_convert import read_expected, read_stimulus, show_report
    from spikewright.tools.stages import Stages

    options = given_options(mesh, bus, preset, dt, settings)
    _check_paths(source_file, target_file, stimulus, stimulus_out, expected_out)
    name = target or detect_output(target_file)
    network, report, found = read_network(source_file, source, approximate, options, target=name)
    extra: dict[str, Any] = {}
    if "bus" in options and "bus" not in FORMATS[found].read_options:
        extra["bus"] = options["bus"]
    if stimulus is not None:
        check_option("stimulus", name, "write_options")
        extra["stimulus"] = load_stimulus(stimulus, network)
    stages = Stages()
    # Everything is read and checked before anything is written.
    spikes, expected = make_spikes(), None
    if stimulus_out is not None or expected_out is not None:
        spikes = read_stimulus(source_file, found, network)
    if expected_out is not None:
        with stages.show("Finding the ticks of the expected outputs"):
            expected, note = read_expected(source_file, found, network, spikes)
        report.notes.append(note)
    with stages.show(f"Writing {target_file.name}"):
        written = save_network(network, target_file, name, approximate, **extra)
    wrote = {str(target_file): FORMATS[name].title}
    if stimulus_out is not None:
        save_events(stimulus_out, spikes)
        wrote[str(stimulus_out)] = f"{len(spikes):,} spikes on axons"
    if expected_out is not None and expected is not None:
        write_csv(expected_out, ("tick", "index"), expected)
        wrote[str(expected_out)] = f"{len(expected):,} expected events"
    report.changes += written.changes
    report.notes += written.notes
    if as_json:
        print_json({"from": found, "to": name, "wrote": list(wrote), **report.to_dict()})
        return
    show_report(report)
    for path, what in wrote.items():
        out.print(f"Wrote {path}: {what}", markup=False, soft_wrap=True)


app.command("convert")(convert)


def _check_paths(
    source: Path,
    target: Path,
    stimulus: Path | None,
    stimulus_out: Path | None,
    expected_out: Path | None,
) -> None:
    """Refuse to write over what is read, or over what was just written."""
    taken = {source.resolve(): "IN"}
    if stimulus is not None:
        taken[stimulus.resolve()] = "--stimulus"
    for name, path, suffixes in (
        ("OUT", target, ()),
        ("--stimulus-out", stimulus_out, (".csv", ".npz")),
        ("--expected-out", expected_out, (".csv",)),
    ):
        if path is None:
            continue
        other = taken.setdefault(path.resolve(), name)
        if other != name:
            raise UserError(f"{name} must be another file than {other}, not {path} too.")
        if suffixes and path.suffix not in suffixes:
            raise UserError(f"{name} must end in {' or '.join(suffixes)}, not be {path}.")


def _files(path: Path) -> list[Path]:
    return [inner for inner in path.iterdir() if inner.is_file()] if path.is_dir() else [path]
