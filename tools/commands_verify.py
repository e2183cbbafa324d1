"""`spikewright verify`: random and directed programs on the RTL, against the golden model."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from spikewright.tools.errors import EXIT_FAULT

if TYPE_CHECKING:
    from spikewright.verif.report import Report
    from spikewright.verif.verify import Task

__all__ = ["verify"]

# With both presets, one truenorth program for so many tiny ones: it costs twenty times as much.
_TRUENORTH_SHARE = 10
# Where no block is named, one program over AXI for so many others: each word is some accesses.
_AXI_SHARE = 5
_SUMS = ("ticks", "spikes", "potentials", "packets")


class Simulator(StrEnum):
    """What runs the RTL."""

    verilator = "verilator"
    icarus = "icarus"


class Preset(StrEnum):
    """Sizes of a core."""

    tiny = "tiny"
    ranc = "ranc"
    truenorth = "truenorth"


class Core(StrEnum):
    """Microarchitectures of a core."""

    event = "event"
    neuron = "neuron"
    both = "both"

    @property
    def kinds(self) -> tuple[str, ...]:
        """The microarchitectures that are meant."""
        return ("event", "neuron") if self is Core.both else (self.value,)


def verify(
    blocks: Annotated[
        list[str] | None,
        typer.Argument(
            help="router, core, mesh2x2, mesh3x2, array2x1, chip, board2x1; all if none is named."
        ),
    ] = None,
    *,
    seeds: Annotated[int, typer.Option(min=1, help="Random programs for each block.")] = 25,
    seed: Annotated[
        list[int] | None, typer.Option(help="Run this one alone, once or several times.")
    ] = None,
    case: Annotated[
        list[str] | None, typer.Option(help="Run this directed program alone, or several.")
    ] = None,
    sim: Annotated[
        Simulator, typer.Option("--sim", "--simulator", help="The simulator.")
    ] = Simulator.verilator,
    preset: Annotated[
        Preset | None,
        typer.Option(help="Size of the cores; if none, tiny and a few truenorth cores."),
    ] = None,
    core: Annotated[
        Core, typer.Option(help="One synaptic event a cycle, a whole neuron, or both.")
    ] = Core.event,
    jobs: Annotated[int, typer.Option(min=1, help="Simulators at once.")] = 2,
    waves: Annotated[
        bool, typer.Option("--waves", help="Write waves, and keep the files of every run.")
    ] = False,
    nightly: Annotated[
        bool, typer.Option("--nightly", help="Run the long directed programs as well.")
    ] = False,
    json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
) -> None:
    """Run programs on the RTL and hold every spike and potential of every tick against the model.

    A seed is always the same program. Exit status 1 if anything differs; each failing program is
    then named with the line that runs it again.

    Examples: `spikewright verify`, `spikewright verify core --seeds 100`,
    `spikewright verify mesh2x2 --seed 17 --sim icarus --waves`,
    `spikewright verify core mesh2x2 --core neuron`, `spikewright verify --core both --seeds 60`.
    The router has no core: with another core than `event` it is left out unless it is named. `chip`
    and `board2x1` are driven at their AXI ports.
    """
    from spikewright.tools.console import print_json, progress
    from spikewright.verif.blocks import BLOCKS
    from spikewright.verif.verify import cases_of, verify_all

    chosen = tuple(seed or ()) if seed or case else tuple(range(seeds))
    wanted = []
    for kind in core.kinds:
        # Two runs of a router would be the same.
        left_out = kind != "event" and (not blocks or core is Core.both)
        names = [name for name in blocks or BLOCKS if name != "router" or not left_out]
        wanted += [(block, preset or Preset.tiny, kind) for block in names]
        if preset is None and not (seed or case) and "core" in names:
            wanted.append(("core", Preset.truenorth, kind))
    tasks = []
    for block, size, kind in wanted:
        cases = tuple(case or ()) if seed or case else tuple(cases_of(block, nightly=nightly))
        share = _TRUENORTH_SHARE if preset is None and size is Preset.truenorth else 1
        if not blocks and BLOCKS[block].bench == "axi":
            share = _AXI_SHARE
        these = chosen[: max(1, len(chosen) // share)]
        tasks.append(_task(block, size, seeds=these, cases=cases, core=kind, sim=sim, waves=waves))
    total = sum(len(task.seeds) + len(task.cases) for task in tasks)
    with progress("Verifying", total) as advance:
        reports = verify_all(tasks, jobs=jobs, progress=advance)
    if json:
        print_json(
            {
                "ok": all(report.ok for report in reports),
                "total": _total(reports),
                "blocks": [report.to_dict() for report in reports],
            }
        )
    else:
        _show(reports)
    if not all(report.ok for report in reports):
        raise typer.Exit(EXIT_FAULT)


def _task(
    block: str,
    preset: Preset,
    *,
    seeds: tuple[int, ...],
    cases: tuple[str, ...],
    core: str,
    sim: Simulator,
    waves: bool,
) -> Task:
    from spikewright.golden.architecture import Architecture
    from spikewright.verif.verify import Task

    return Task(
        block=block,
        architecture=Architecture.preset(preset.value),
        seeds=seeds,
        cases=cases,
        core=core,
        sim=sim.value,
        waves=waves,
    )


def _total(reports: list[Report]) -> dict[str, int]:
    """Count all blocks together."""
    return {
        "programs": sum(len(report.records) for report in reports),
        "random": sum(record.case is None for report in reports for record in report.records),
        **{name: sum(report.total(name) for report in reports) for name in (*_SUMS, "mismatches")},
        "trouble": sum(len(report.trouble) for report in reports),
    }


def _show(reports: list[Report]) -> None:
    from rich.table import Table

    from spikewright.tools.console import out

    table = Table(box=None, pad_edge=False, padding=(0, 1, 0, 0))
    table.add_column("block", no_wrap=True)
    for title in ("programs", *_SUMS, "wrong", "N + E +"):
        table.add_column(title, justify="right")
    for report in reports:
        wrong = report.total("mismatches") + len(report.trouble)
        sums = [report.total(name) for name in _SUMS]
        preset = "" if report.preset == "tiny" else f", {report.preset}"
        preset += "" if report.core == "event" else f", {report.core} core"
        table.add_row(
            report.block + preset,
            *(f"{number:,}" for number in (len(report.records), *sums)),
            f"[red]{wrong:,}[/red]" if wrong else "0",
            _cycles(report),
        )
    if len(reports) > 1:
        total = _total(reports)
        wrong = total["mismatches"] + total["trouble"]
        sums = [total[name] for name in _SUMS]
        numbers = (f"{number:,}" for number in (total["programs"], *sums, wrong))
        table.add_row("all", *numbers, "")
    out.print(table)
    for report in reports:
        for record in report.failed:
            out.print(f"{report.block} {record.name} failed:", style="red", markup=False)
            for text in record.first:
                out.print(f"  {text}", markup=False, soft_wrap=True)
            out.print(f"  again: {report.rerun(record)}", markup=False, soft_wrap=True)
        for text in report.trouble:
            out.print(f"{report.block}: {text}", style="red", markup=False, soft_wrap=True)
        for folder in report.files:
            out.print(f"files of {report.block}: {folder}", markup=False, soft_wrap=True)


def _cycles(report: Report) -> str:
    """Say what a tick costs beyond N + E, where nothing from outside holds it up.

    From the start to the last neuron of the core that is quickest, and to the end of the tick.
    """
    least, settled = report.extreme("least", min), report.extreme("settled", max)
    return "" if settled is None or least is None else f"{least}..{settled}"
