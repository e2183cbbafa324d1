"""`spikewright demo`: handwritten digits on the RTL and on the golden model."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from spikewright.tools.errors import EXIT_FAULT, UserError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from spikewright.golden import Network
    from spikewright.tools.digits_batch import DigitsBatch
    from spikewright.tools.digits_run import DigitsRun

__all__ = ["Demonstration", "demo", "demo_command"]

OUT = Path("build/demo")
PAGE, NETWORK, PACKETS = "index.html", "digits.npz", "packets.npz"

# Digits in the page's raster, and in the packets left for `spikewright compare`.
RASTER_DIGITS, SAMPLE_DIGITS = 4, 10


@dataclass(frozen=True, kw_only=True)
class Demonstration:
    """What the demonstration found; n = digits.

    Members
    -------
    network : Network
    images, labels : ndarray
        Shown and true, shape (n, 64) and (n,); held out from training.
    trained_with : int
        Images that the network was trained with.
    command : str
        What trained it.
    units : int
        Tables from which the RTL was generated.
    verilog : Path
        The generated RTL.
    run : DigitsRun
    batch : DigitsBatch
    seconds : dict
        By stage.
    """

    network: Network
    images: NDArray[np.int64]
    labels: NDArray[np.int64]
    trained_with: int
    command: str
    units: int
    verilog: Path
    run: DigitsRun
    batch: DigitsBatch
    seconds: dict[str, float]

    @property
    def agree(self) -> bool:
        """Whether both engines did the same in every tick, and the batch gave the same votes."""
        return self.run.fault is None and self.batch_agrees

    @property
    def batch_agrees(self) -> bool:
        """Whether each digit alone, from the initial state, has the votes it had in the row."""
        return bool((self.batch.votes == self.run.golden_votes).all())

    @property
    def rtl_answers(self) -> NDArray[np.int64]:
        """The class with most votes, of several the lowest; likewise `golden_answers`."""
        answers: NDArray[np.int64] = self.run.rtl_votes.argmax(axis=1)
        return answers

    @property
    def golden_answers(self) -> NDArray[np.int64]:
        """See `rtl_answers`."""
        answers: NDArray[np.int64] = self.run.golden_votes.argmax(axis=1)
        return answers

    def figures(self) -> dict[str, Any]:
        """Return the figures for a report, those of engines by name."""
        count, ticks, a = len(self.labels), len(self.run.log), self.network.architecture
        columns, speeds = self.run.log.columns(), self.run.log.speeds()
        answers = {
            "rtl": self.rtl_answers,
            "golden": self.golden_answers,
            "batch": self.batch.votes.argmax(axis=1),
        }
        right = {name: int((found == self.labels).sum()) for name, found in answers.items()}
        fit = self.run.log.fit()
        return {
            "agree": self.agree,
            "digits": count,
            "right": right,
            "accuracy": {name: number / count for name, number in right.items()},
            "equal_answers": int((answers["rtl"] == answers["golden"]).sum()),
            "batch": {
                "engine": self.batch.engine,
                "agree": self.batch_agrees,
                "frames_per_second": self.batch.frames_per_second,
            },
            "ticks": ticks,
            "states_compared": ticks * a.cores * a.neurons,
            "spikes": int(columns["spikes"].sum()),
            "packets_compared": int(columns["packets"].sum()),
            "dropped": int(columns["late"].sum() + columns["off_mesh"].sum()),
            "cycles": None if fit is None else asdict(fit),
            "cycles_per_digit": float(columns["cycles"].sum() / count),
            "ticks_per_second": speeds,
            "digits_per_second": {name: speed * count / ticks for name, speed in speeds.items()},
        }

    def to_dict(self) -> dict[str, Any]:
        """Return everything for JSON; after a difference, what was found up to there."""
        fault = self.run.fault
        if fault is None:
            return {**self.figures(), "difference": None, "seconds": self.seconds}
        return {
            "agree": False,
            "digits": len(self.labels),
            "difference": fault.difference.to_dict(),
            "seconds": self.seconds,
        }


def demo(count: int | None = None, *, root: Path | None = None) -> Demonstration:
    """Classify held-out digits.

    Parameters
    ----------
    count : int, optional
        How many; all of them by default.
    root : Path, optional
        Folder of builds, see `cache.default_root`.
    """
    from spikewright.tools import digits, engine
    from spikewright.tools.console import progress
    from spikewright.tools.digits_batch import classify_frames
    from spikewright.tools.digits_run import classify
    from spikewright.tools.stages import Stages

    engine.require_simulator()
    stages = Stages()
    with stages.show("Reading the digits"):
        weights, split = digits.load_weights(), _split()
        network = digits.build_network(weights)
    shown = split.held_out[: _count(count, len(split.held_out))]
    with stages.show("Generating the RTL from its tables"):
        units = _check_tables()
        verilog = engine.chip_verilog(network.architecture, network.attached, root=root)

    def chip() -> Any:
        return engine.compiled_chip(network.architecture, network.attached, root=root)

    with stages.show("Compiling the RTL"):
        chip().close()
    with stages.timed("Running the digits"), progress("Running the digits", len(shown)) as advance:
        run = classify(network, chip, split.images[shown], keep=RASTER_DIGITS, advance=advance)
    with stages.show("Running the digits as a batch"):
        batch = classify_frames(network, split.images[shown])
    return Demonstration(
        network=network,
        images=split.images[shown],
        labels=split.labels[shown],
        trained_with=len(split.train),
        command=weights.command,
        units=units,
        verilog=verilog,
        run=run,
        batch=batch,
        seconds=stages.seconds,
    )


def _split() -> Any:
    from spikewright.tools import digits

    try:
        return digits.load_split()
    except ImportError as error:
        raise UserError(
            f"The demo needs {error.name}, which is missing: pip install 'spikewright[demo]'."
        ) from error


def _count(count: int | None, available: int) -> int:
    if count is None:
        return available
    if not 1 <= count <= available:
        raise UserError(f"--digits must be in 1..{available}, not {count}.")
    return count


def _check_tables() -> int:
    """Check every table, and that the checked-in RTL is what the tables generate."""
    from spikewright.lct.generate import generate_all, selected
    from spikewright.lct.library import Library

    library = Library()
    for change in generate_all(check=True, library=library):
        raise UserError(
            f"hdl/generated/{change.path.name} must be what its table says, and is {change.kind}: "
            "run spikewright generate."
        )
    return len(selected(library, ()))


def demo_command(
    *,
    count: Annotated[
        int | None, typer.Option("--digits", metavar="N", help="How many; by default all held out.")
    ] = None,
    out: Annotated[
        Path, typer.Option("--out", metavar="DIR", help="Where the page and its files go.")
    ] = OUT,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")] = False,
) -> None:
    """Classify handwritten digits on the RTL and on the golden model, tick by tick in lockstep.

    The RTL is generated from its tables and compiled; the digits are those of scikit-learn that the
    network was not trained with. Leaves a page with pictures that opens without a network.

    Exit status: 0 the engines agree, 1 they differ, 2 the demo could not be run.
    """
    if out.exists() and not out.is_dir():
        raise UserError(f"--out must be a folder, not the file {out}.")
    result = demo(count)
    files = _leave(result, out)
    if as_json:
        from spikewright.tools.console import print_json

        print_json({**result.to_dict(), "files": files})
    else:
        from spikewright.tools.demo_report import show

        show(result, files)
    if not result.agree:
        raise typer.Exit(EXIT_FAULT)


def _leave(result: Demonstration, out: Path) -> dict[str, Path]:
    """Write the page, and the network with packets for a comparison of the user's own."""
    from spikewright.golden import save_events
    from spikewright.tools import digits
    from spikewright.tools.console import atomic_write
    from spikewright.tools.demo_page import render

    files = {"page": out / PAGE, "network": out / NETWORK, "packets": out / PACKETS}
    out.mkdir(parents=True, exist_ok=True)
    result.network.save(files["network"])
    if result.run.fault is not None:
        save_events(files["packets"], result.run.fault.packets)
        # A page of an earlier run must not vouch for this one.
        files.pop("page").unlink(missing_ok=True)
        return files
    save_events(files["packets"], digits.encode(result.images[:SAMPLE_DIGITS]))
    atomic_write(files["page"], render(result))
    return files
