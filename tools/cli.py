"""The command `spikewright`.

To add a command, write it in a module of its own and add one line to `COMMANDS`. A command is
either a function with typer's annotations or a `typer.Typer` with commands below it. Its module is
imported when the command is used, not before: `spikewright --help` stays quick however much a
command pulls in.
"""

import importlib
from typing import Annotated, Any, NamedTuple

import typer
from typer.core import TyperCommand, TyperGroup

from spikewright.tools.errors import error_boundary

__all__ = ["COMMANDS", "Entry", "app", "main"]


class Entry(NamedTuple):
    """A command: its name, where it is, and the line that `spikewright --help` shows."""

    name: str
    target: str
    help: str


# In the order in which a new user needs them; this is also the order of the help page.
COMMANDS = (
    Entry(
        "doctor",
        "spikewright.tools.doctor:doctor",
        "Check that this machine has what the other commands need.",
    ),
    Entry("lct", "spikewright.tools.commands_lct:app", "Check and format the tables."),
    Entry(
        "decode",
        "spikewright.tools.commands_decode:decode",
        "Write HDL of any style as a table that is proven equal to it.",
    ),
    Entry(
        "compare-lct",
        "spikewright.tools.commands_compare_lct:compare_lct",
        "Hold HDL or another table against a table, row by row, with proof.",
    ),
    Entry(
        "llm",
        "spikewright.tools.commands_llm:app",
        "Let language models write HDL and tables, and read what was said.",
    ),
    Entry(
        "roundtrip",
        "spikewright.tools.commands_roundtrip:roundtrip",
        "Have models write units and read them back, and say whose each fault is.",
    ),
    Entry(
        "generate",
        "spikewright.tools.commands_generate:generate",
        "Write the Amaranth sources and the Verilog of the tables.",
    ),
    Entry(
        "prove",
        "spikewright.tools.prove:prove",
        "Prove handshakes, fair merges, promises between units, hardware equal to its tables.",
    ),
    Entry(
        "lint",
        "spikewright.tools.commands_lint:lint_command",
        "Look for latches, loops and wrong wires in the Verilog, with Verilator and yosys.",
    ),
    Entry(
        "verify",
        "spikewright.tools.commands_verify:verify",
        "Run random programs on the RTL, in lockstep with the golden model.",
    ),
    Entry(
        "faults",
        "spikewright.tools.faults:faults",
        "Plant faults in tables, design and model: the benches must find every one.",
    ),
    Entry(
        "engines",
        "spikewright.tools.commands_engines:engines",
        "Hold the engines of the golden model against each other.",
    ),
    Entry(
        "net",
        "spikewright.tools.commands_net:app",
        "Describe, check and convert networks.",
    ),
    Entry(
        "convert",
        "spikewright.tools.commands_net:convert",
        "Convert a network from one format to another.",
    ),
    Entry(
        "load",
        "spikewright.tools.commands_load:load_command",
        "Program a chip with a network: AXI4-Lite writes, memory files, and back.",
    ),
    Entry(
        "run",
        "spikewright.tools.commands_run:run_command",
        "Run a network: spikes, potentials and figures, on any engine.",
    ),
    Entry(
        "plot",
        "spikewright.tools.commands_plot:plot_command",
        "Draw a recording: raster, rates, potentials, core map or links, as PNG or SVG.",
    ),
    Entry(
        "stats",
        "spikewright.tools.commands_stats:stats_command",
        "Count what a run did: spikes, packets, hops, links, predicted energy.",
    ),
    Entry(
        "compare",
        "spikewright.tools.compare:compare_command",
        "Run a network on the RTL and on the golden model, tick by tick.",
    ),
    Entry(
        "replay",
        "spikewright.tools.commands_replay:replay_command",
        "Run each core of a network again alone in the RTL, many at a time.",
    ),
    Entry(
        "demo",
        "spikewright.tools.demo:demo_command",
        "Classify handwritten digits on the RTL and on the golden model.",
    ),
    Entry(
        "bench",
        "spikewright.tools.commands_bench:app",
        "Measure the speed of the golden model on this machine.",
    ),
    Entry(
        "export",
        "spikewright.tools.commands_export:export",
        "Write a folder with the hardware and a bench that needs no Python, to hand over.",
    ),
    Entry(
        "synth",
        "spikewright.tools.commands_synth:synth",
        "Area and speed on an FPGA: yosys, nextpnr, slowest path.",
    ),
    Entry(
        "bitstream",
        "spikewright.tools.commands_bitstream:bitstream",
        "Put a network on an ECP5: from its file to the bitstream.",
    ),
    Entry(
        "status",
        "spikewright.tools.status:status",
        "Measure everything, and write the README's table.",
    ),
)

SETTINGS = {"help_option_names": ["-h", "--help"]}


class LazyCommand(TyperCommand):
    """Stands for a command on the help page, and fetches the real one when it is used."""

    def __init__(self, entry: Entry) -> None:
        super().__init__(name=entry.name, help=entry.help)
        self.target = entry.target

    def load(self) -> Any:
        """Import the command's module and return the command."""
        module, _, attribute = self.target.partition(":")
        target = getattr(importlib.import_module(module), attribute)
        if not isinstance(target, typer.Typer):
            function = target
            target = typer.Typer(add_completion=False)
            target.command(context_settings=SETTINGS)(function)
        command = typer.main.get_command(target)
        command.name = self.name
        return command

    def make_context(
        self, info_name: str | None, args: list[str], parent: Any = None, **extra: Any
    ) -> Any:
        """Read the command line with the real command, which then belongs to the context."""
        return self.load().make_context(info_name, args, parent, **extra)


class CommandGroup(TyperGroup):
    """The commands of `COMMANDS`, inside the one place that turns exceptions into messages."""

    def __init__(self, **attributes: Any) -> None:
        super().__init__(**attributes)
        for entry in COMMANDS:
            self.add_command(LazyCommand(entry))

    def invoke(self, ctx: Any) -> Any:
        """Run a command."""
        with error_boundary():
            return super().invoke(ctx)


app = typer.Typer(
    cls=CommandGroup,
    no_args_is_help=True,
    add_completion=False,
    context_settings=SETTINGS,
    # An exception that nobody expected is for us to read: a plain traceback, all of it.
    pretty_exceptions_enable=False,
    epilog="Exit status: 0 done, 1 a fault was found, 2 the work could not be done.",
)


def _print_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(f"spikewright {version('spikewright')}")
        raise typer.Exit


@app.callback()
def root(
    _version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_print_version, is_eager=True, help="Print the version and exit."
        ),
    ] = False,
) -> None:
    """Logic Condition Tables to verified neuromorphic hardware."""


def main() -> None:
    """Run the command line and leave with its exit status."""
    app(prog_name="spikewright")


if __name__ == "__main__":
    main()
