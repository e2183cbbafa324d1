"""`spikewright status`: the project's state as a table, measured by running everything."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from spikewright.tools.console import atomic_write, out, progress
from spikewright.tools.errors import EXIT_FAULT, UserError

__all__ = ["status"]

BEGIN = "<!-- status: written by `spikewright status --write README.md` -->"
END = "<!-- end of status -->"
HEADER = ("| what | how | result |", "|---|---|---|")

Row = tuple[str, str, str]


def status(
    write: Annotated[
        Path | None, typer.Option(help="Put the table between the marks of this file.")
    ] = None,
    *,
    seeds: Annotated[int, typer.Option(min=1, help="Random programs for each block.")] = 60,
    networks: Annotated[
        int, typer.Option(min=1, help="Networks to hold the golden model's engines against.")
    ] = 2000,
    faults: Annotated[bool, typer.Option(help="Plant all faults too, which takes a while.")] = True,
) -> None:
    """Run checks, proofs, benches, faults and the demonstration, and print what they found.

    Example: `spikewright status --write README.md`. Takes several minutes. Exit status 1 if
    anything failed; nothing is written then.
    """
    text = write.read_text("utf-8") if write else ""
    if write and (text.count(BEGIN), text.count(END)) != (1, 1):
        raise UserError(f"{write} must hold the line {BEGIN} once, and then {END} once.")
    parts: list[Callable[[], list[Row]]] = [
        _tables,
        _theorems,
        _there_and_back,
        _exhaustive,
        lambda: _lockstep(seeds),
        lambda: _engines(networks),
        *([_faults, _engine_faults, _tables_faults, _strangers] if faults else []),
        _digits,
        _speed,
    ]
    rows: list[Row] = []
    with progress("Measuring", len(parts)) as advance:
        for part in parts:
            rows += part()
            advance(1)
    lines = [*HEADER, *(f"| {' | '.join(row)} |" for row in rows)]
    out.print("\n".join(lines), markup=False, soft_wrap=True)
    if write:
        head, _, rest = text.partition(BEGIN)
        tail = rest.partition(END)[2]
        atomic_write(write, head + "\n".join([BEGIN, *lines, END]) + tail)


def _ask(*words: str) -> Any:
    """Run a command of ours with --json; one that failed ends everything."""
    command = [sys.executable, "-m", "spikewright.tools.cli", *words, "--json"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode == EXIT_FAULT:
        out.print(done.stdout, markup=False, soft_wrap=True)
        raise typer.Exit(EXIT_FAULT)
    if done.returncode:
        raise UserError(f"`spikewright {' '.join(words)}` could not work: {done.stderr.strip()}")
    return json.loads(done.stdout)


def _tables() -> list[Row]:
    units = _ask("lct", "check")["units"]
    presets = sorted({unit["preset"] for unit in units}, reverse=True)
    names = {unit["unit"] for unit in units}
    rows = sum(unit["rows"] or 0 for unit in units if unit["preset"] == presets[0])
    seconds = sum(unit["seconds"] for unit in units)
    how = f"every check, parameters of {', '.join(presets[:-1])} and {presets[-1]}"
    return [
        (f"{len(names)} units, {rows} rows", how, f"no findings; {seconds:.1f} s of one processor")
    ]


def _theorems() -> list[Row]:
    proofs = _ask("prove")
    kinds = {
        "generated": "hardware equals its tables",
        "handshake": "offers stay until they are taken",
        "fairness": "merges are fair",
        "ascending": "axons come in ascending order, once each",
        "counted": "counted axons add exact numbers, inside their bound",
        "ready-made": "a neuron's axons are counted or come one by one, never both",
        "bounded": "potentials stay inside the clamp: no sum of a tick overflows",
    }
    found = {kind: [p for p in proofs if p["name"] == kind] for kind in kinds}
    return [
        (kinds[kind], "SMT, all inputs and states", f"{len(rows)} of {len(rows)} proven")
        for kind, rows in found.items()
    ]


def _there_and_back() -> list[Row]:
    compared, decoded = _ask("compare-lct", "--all"), _ask("decode", "--all")
    rows = []
    for what, how, found in (
        ("HDL held against its table", "every row and column, by two front ends", compared),
        ("tables decoded from HDL", "blind, from Amaranth and from Verilog", decoded),
    ):
        units = found["units"]
        good = sum(u["verdict"] in ("identical", "equivalent") for u in units)
        slowest = max(units, key=lambda u: u["seconds"])
        result = f"{good} of {len(units)} proven the same in {found['seconds']:.0f} s, the slowest "
        rows.append((what, how, f"{result}{slowest['unit']} in {slowest['seconds']:.1f} s"))
    return rows


def _exhaustive() -> list[Row]:
    from spikewright.verif.exhaustive import vectors

    counts = vectors()
    how = "against golden model or specification; `verif/exhaustive.py` says which cases"
    what = f"{len(counts)} units, case by case, small widths"
    return [(what, how, f"{sum(counts.values()):,} cases, 0 wrong")]


def _lockstep(seeds: int) -> list[Row]:
    from spikewright.verif.blocks import BLOCKS

    found = _ask("verify", "--core", "both", "--seeds", str(seeds))
    total = found["total"]
    rows = [
        (
            "all blocks below together, both cores",
            "random and directed programs, lockstep with the golden model",
            f"{total['programs']:,} programs, {total['random']:,} of them random, "
            f"{total['ticks']:,} ticks, {total['spikes']:,} spikes, {total['potentials']:,} "
            f"potentials, {total['packets']:,} packets, {total['mismatches']} mismatches",
        )
    ]
    for block in found["blocks"]:
        beyond = block["cycles_beyond_n_and_e"]
        bench = "cocotbext-axi" if BLOCKS[block["block"]].bench == "axi" else "pyuvm"
        kind = "" if block["core"] == "event" else f", {block['core']} core"
        cycles = ""
        if beyond and beyond.get("most") is not None:
            cycles = f"; N + E + {beyond['least']}..{beyond['most']} cycles a tick"
        rows.append(
            (
                f"{block['block']}, {block['preset']}{kind}",
                f"{bench} on {block['simulator'].capitalize()}, lockstep with the golden model",
                f"{block['programs']} programs, {block['ticks']:,} ticks, "
                f"{block['spikes']:,} spikes, {block['potentials']:,} potentials, "
                f"{block['packets']:,} packets, {block['mismatches']} mismatches{cycles}",
            )
        )
    return rows


def _faults() -> list[Row]:
    planted = [outcome for outcome in _ask("faults") if outcome["fault"]]
    found = sum(outcome["found"] for outcome in planted)
    how = "one at a time, in tables, Verilog or golden model"
    return [("planted faults", how, f"{found} of {len(planted)} found by the benches")]


def _digits() -> list[Row]:
    figures = _ask("demo")
    accuracy, rate = figures["accuracy"], figures["ticks_per_second"]
    ratio = rate["rtl"] / rate["golden"]
    return [
        (
            f"{figures['digits']} held-out digits",
            "trinary network on 2 x 2 full-size cores",
            f"RTL {accuracy['rtl']:.1%}, golden model {accuracy['golden']:.1%}, "
            f"{figures['equal_answers']} equal answers, {figures['states_compared']:,} potentials "
            "equal",
        ),
        (
            "simulation speed",
            "the digits, ticks per second of processor time",
            f"RTL {rate['rtl']:,.0f}, golden model {rate['golden']:,.0f}: ratio {ratio:.2f}",
        ),
        (
            "digits as a batch",
            f"golden model, engine {figures['batch']['engine']}, all processors",
            f"{figures['batch']['frames_per_second']:,.0f} frames/s, the same votes",
        ),
    ]


def _engines(networks: int) -> list[Row]:
    found = _ask("engines", "--networks", str(networks))
    return [
        (
            "engines of the golden model",
            "numba against numpy, generated networks, one to eight threads",
            f"{found['networks']:,} networks, {found['ticks']:,} ticks, "
            f"{found['potentials']:,} potentials, {len(found['differences'])} differences",
        )
    ]


def _engine_faults() -> list[Row]:
    planted = [outcome for outcome in _ask("engines", "--faults")["faults"] if outcome["fault"]]
    found = sum(outcome["ok"] for outcome in planted)
    how = "one at a time, in either engine"
    return [("planted faults, engines", how, f"{found} of {len(planted)} found")]


def _tables_faults() -> list[Row]:
    report = _ask("bench", "specification")
    total = report["total"]
    how = f"one at a time, in the tables of {report['units']} units"
    result = (
        f"{total['found']:,} of {total['faults']:,} found by the checks, "
        f"{total['false alarms']} false alarms among {total['harmless']:,} harmless edits"
    )
    return [("planted faults, tables", how, result)]


def _strangers() -> list[Row]:
    attacks, report = _ask("bench", "attacks"), _ask("bench", "roundtrip", "--quick")
    user, alone = attacks["ways"]["checked"], attacks["ways"]["unchecked"]
    stopped = f"{user['stopped']} stopped; without the check of the text {alone['stopped']}"
    layers = f"through a sandbox of {len(attacks['layers'])} layers"
    total, legs = report["total"], report["total"]["legs"]
    found = (
        f"{total['attribution']['right']} laid where the fault is, {legs['missed']} missed, "
        f"{legs['false alarms']} false alarms; plain round trip: {total['loop']['missed']} missed"
    )
    return [
        (f"{user['attacks']} attacks by a model's HDL", layers, stopped),
        (f"{total['trips']} round trips", "SIMULATED model, faults planted on both ways", found),
    ]


def _speed() -> list[Row]:
    report = _ask("bench", "sim", "--cores", "4096", "--no-activity")
    of = {(r["title"], r["engine"]): r for r in report["results"]}
    fast, slow = of["size", "numba"], of["size", "numpy"]
    ratio = fast["ticks_per_second"] / slow["ticks_per_second"]
    how = f"20 Hz, {report['threads']} threads, medians of {report['repeats']}"
    rows = [
        (
            "4,096 cores, 12.5 % of the synapses",
            how,
            f"numba {_rate(fast)}, numpy {slow['ticks_per_second']:.0f} ticks/s: {ratio:.0f} : 1",
        )
    ]
    for title in ("half of the synapses", "every neuron of its own kind"):
        rows.append((f"4,096 cores, {title}", how, f"numba {_rate(of[title, 'numba'])}"))
    loading = report["loading"]
    rows.append(
        (
            "4,096 cores, loading",
            f"a file of {loading['file_bytes'] / 1e6:.0f} MB, medians of {report['repeats']}",
            f"{loading['load_seconds']:.1f} s, ready to run after {loading['ready_seconds']:.1f} "
            f"s, at most {loading['peak_bytes'] / 1e9:.2f} GB",
        )
    )
    return rows


def _rate(result: Any) -> str:
    return (
        f"{result['ticks_per_second']:,.0f} ticks/s "
        f"({result['synaptic_operations_per_second'] / 1e9:.2f} G synaptic operations/s, "
        f"{result['fraction_of_bound']:.0%} of the memory's bound)"
    )
