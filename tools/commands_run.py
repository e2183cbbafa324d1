"""`spikewright run`: a network on one engine, and what it did as files and figures."""

from __future__ import annotations

import sys
from contextlib import closing
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from spikewright.tools.console import check_place, complain
from spikewright.tools.errors import EXIT_FAULT, EXIT_INTERRUPTED, UserError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from spikewright.golden import Network
    from spikewright.tools.run_files import Inputs
    from spikewright.tools.run_network import Run
    from spikewright.tools.run_report import Expectation
    from spikewright.tools.stages import Stages

__all__ = ["run_command"]


@dataclass(frozen=True, kw_only=True)
class Options:
    """What was asked for, as the options of `run_command` name it."""

    network: Path
    stimulus: Path | None
    packets: Path | None
    ticks: int | None
    engine: str
    core: str | None
    threads: int | None
    out: Path | None
    watch: list[str] = field(default_factory=list)
    port: str | None
    port_out: Path | None
    expect: Path | None
    checkpoint: Path | None
    every: int | None
    resume: Path | None

    def check(self) -> None:
        """Refuse what cannot be done, before any file is read."""
        for name, number in (("--ticks", self.ticks), ("--checkpoint-every", self.every)):
            if number is not None and number < 1:
                raise UserError(f"{name} must be at least 1, not {number}.")
        for name, value, needed, given in (
            ("--port-out", self.port_out, "--port", self.port),
            ("--expect", self.expect, "--port", self.port),
            ("--checkpoint-every", self.every, "--checkpoint", self.checkpoint),
        ):
            if value is not None and given is None:
                raise UserError(f"{name} must come with {needed}.")
        if self.core is not None and self.engine != "rtl":
            raise UserError("--core must come with --engine rtl.")
        if self.engine == "rtl" and (self.checkpoint or self.resume):
            name = "--checkpoint" if self.checkpoint else "--resume"
            raise UserError(
                f"{name} must come with engine numpy or numba, not with rtl, which shows neither "
                "its random states nor the spikes that it has scheduled."
            )
        self._check_files()

    def _check_files(self) -> None:
        """Refuse files that could not be written after hours of work, or over what is read."""
        taken = {
            path.resolve(): name
            for name, path in (
                ("NET", self.network),
                ("--stimulus", self.stimulus),
                ("--packets", self.packets),
                ("--expect", self.expect),
            )
            if path is not None
        }
        for name, path, suffixes in (
            ("--out", self.out, (".npz", ".csv")),
            ("--port-out", self.port_out, (".csv",)),
            ("--checkpoint", self.checkpoint, (".npz",)),
            # Last, because a checkpoint may replace the one that it goes on from.
            ("--resume", None if self.resume == self.checkpoint else self.resume, (".npz",)),
        ):
            if path is None:
                continue
            other = taken.setdefault(path.resolve(), name)
            if other != name:
                raise UserError(f"{name} must be another file than {other}, not {path} too.")
            if path.suffix not in suffixes:
                raise UserError(f"{name} must end in {' or '.join(suffixes)}, not be {path}.")
            check_place(path)


def run_command(
    *,
    network: Annotated[
        Path, typer.Argument(metavar="NET", help="A network, in any format that convert reads.")
    ],
    stimulus: Annotated[
        Path | None, typer.Option(help="Spikes on axons, or events of ports; .npz or .csv.")
    ] = None,
    packets: Annotated[
        Path | None, typer.Option(help="Packets at the edges of the mesh; .npz or .csv.")
    ] = None,
    ticks: Annotated[
        int | None,
        typer.Option(help="How many ticks in all; by default until the last event is through."),
    ] = None,
    engine: Annotated[str, typer.Option(help="auto, numpy, numba or rtl.")] = "auto",
    core: Annotated[
        str | None, typer.Option(help="With --engine rtl: event or neuron; by default event.")
    ] = None,
    threads: Annotated[
        int | None, typer.Option(help="Of engine numba; by default one a processor.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="Recording as .npz, or its spikes as .csv.")
    ] = None,
    watch: Annotated[
        list[str] | None,
        typer.Option(
            metavar="X,Y,NEURON",
            help="Record potentials too; 0,0,0:16 is the first 16 neurons. May be repeated.",
        ),
    ] = None,
    port: Annotated[
        str | None, typer.Option(metavar="NAME", help="Print the events of an output port.")
    ] = None,
    port_out: Annotated[
        Path | None, typer.Option(help="With --port: write them to a .csv instead.")
    ] = None,
    expect: Annotated[
        Path | None, typer.Option(help="With --port: compare them with tick,index of a .csv.")
    ] = None,
    checkpoint: Annotated[
        Path | None, typer.Option(help="Write a .npz from which --resume goes on.")
    ] = None,
    checkpoint_every: Annotated[
        int | None,
        typer.Option(metavar="TICKS", help="Write it so often, not only at the end."),
    ] = None,
    resume: Annotated[
        Path | None, typer.Option(help="Go on from a checkpoint, exactly as if never stopped.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")] = False,
) -> None:
    """Run a network.

    Example: spikewright run net.npz --stimulus spikes.csv --ticks 1000 --out run.npz

    Ctrl-C ends a run early: what was done until then is written whole, and marked as not complete.

    Exit status: 0 done, 1 --expect found a difference, 2 it could not be run, 130 interrupted.
    """
    options = Options(
        network=network,
        stimulus=stimulus,
        packets=packets,
        ticks=ticks,
        engine=engine,
        core=core,
        threads=threads,
        out=out,
        watch=watch or [],
        port=port,
        port_out=port_out,
        expect=expect,
        checkpoint=checkpoint,
        every=checkpoint_every,
        resume=resume,
    )
    options.check()

    from spikewright.tools.run_files import read_inputs
    from spikewright.tools.stages import Stages

    stages = Stages()
    with stages.timed("reading"):
        inputs = read_inputs(options)
    _run(options, inputs, stages, as_json=as_json)


def _run(options: Options, inputs: Inputs, stages: Stages, *, as_json: bool) -> None:
    from spikewright.tools.run_files import write_results
    from spikewright.tools.run_network import (
        choose_engine,
        feed,
        run_network,
        stop_signals,
    )
    from spikewright.tools.run_report import Expectation, figures
    from spikewright.tools.run_warm import Engine
    from spikewright.tools.stages import Stages

    name, reason = choose_engine(options.engine, inputs.network, inputs.ticks)

    def give(simulator: Any) -> None:
        feed(simulator, inputs.spikes, inputs.packets)

    with stages.timed("preparing"), Stages().show(f"Preparing engine {name}"):
        patient = options.engine != "auto"
        engine = Engine(
            inputs.network, name, options.threads, patient=patient, feed=give, core=options.core
        )
    # The hardware tells what of it was building.
    prepared = getattr(engine.simulator, "prepared", {})
    stages.seconds |= prepared
    stages.seconds["preparing"] -= sum(prepared.values())
    if inputs.state is not None:
        engine.simulator.restore(inputs.state)
    give(engine.simulator)
    with stop_signals() as stopped, closing(engine):
        run = run_network(
            engine,
            inputs.ticks,
            done=inputs.done,
            stopped=stopped,
            save=None if options.checkpoint is None else partial(inputs.save, options.checkpoint),
            every=options.every,
        )
        stages.seconds["running"] = run.seconds
        with stages.timed("writing"), Stages().show("Writing the results"):
            events = write_results(options, inputs, engine.simulator, run, engine.name)
    if engine.since is not None:
        reason += f"; numpy up to tick {engine.since}, while numba was compiled"
    threads = getattr(engine.simulator, "threads", 1)
    report = {"engine": engine.name, "reason": reason, "threads": threads}
    report |= figures(inputs.network, run) | {"stages": stages.seconds}
    verdict = None
    if events is not None and inputs.expected is not None and run.complete:
        verdict = Expectation.of(options.port or "", events, inputs.expected)
    _print(options, inputs.network, report, events, verdict, as_json=as_json)
    if not run.complete:
        complain(_interrupted(options, run))
        raise typer.Exit(EXIT_INTERRUPTED)
    if verdict is not None and verdict.difference is not None:
        raise typer.Exit(EXIT_FAULT)


def _print(
    options: Options,
    network: Network,
    report: dict[str, Any],
    events: NDArray[np.int64] | None,
    verdict: Expectation | None,
    *,
    as_json: bool,
) -> None:
    """Print figures and events; events by themselves where a program may want to read them."""
    from spikewright.tools import console
    from spikewright.tools.run_files import EVENT
    from spikewright.tools.run_report import show

    if as_json:
        if events is not None:
            report["port"] = {"name": options.port, "events": events}
        if verdict is not None:
            report["expected"] = verdict.to_dict()
        console.print_json(report)
        return
    bare = events is not None and options.port_out is None and options.expect is None
    show(report, network, console.err if bare else console.out)
    if bare and events is not None:
        lines = [EVENT, *events.tolist()]
        sys.stdout.writelines(",".join(map(str, line)) + "\n" for line in lines)
    if verdict is not None:
        style = "bold green" if verdict.difference is None else "bold red"
        console.out.print(verdict.sentence(), style=style, markup=False, soft_wrap=True)


def _interrupted(options: Options, run: Run) -> str:
    """Return what was left behind, and how to go on."""
    text = [f"Interrupted: {run.recording.ticks} of {run.ticks} ticks are done."]
    for path in (options.out, options.port_out):
        if path is not None:
            mark = ", marked as not complete" if path.suffix == ".npz" else ""
            text.append(f"{path} holds them{mark}.")
    if options.checkpoint is not None:
        text.append(f"Go on with --resume {options.checkpoint}.")
    elif len(text) == 1:
        text.append("Nothing was written.")
    return " ".join(text)
