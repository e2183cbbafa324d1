"""What `spikewright stats` prints, for people and for programs."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rich.table import Table

from spikewright.golden import SIDES
from spikewright.golden.energy import Energy, Term, predict_energy
from spikewright.golden.energy_models import EVENTS
from spikewright.golden.statistics import TICKS_PER_SECOND, Statistics
from spikewright.tools.console import out

__all__ = ["Report"]

Int = NDArray[np.int64]

_UNITS = ((1.0, ""), (1e-3, "m"), (1e-6, "µ"), (1e-9, "n"), (1e-12, "p"))


class Report:
    """Figures of a run and the energy that they predict.

    Parameters
    ----------
    statistics : Statistics
    info : dict
        What a recording says of itself: ``engine`` and ``complete``.
    model : str
        Of the energy, a key of `MODELS`.
    top : int
        How many cores and links to name.
    """

    def __init__(self, statistics: Statistics, info: dict[str, Any], model: str, top: int) -> None:
        self.statistics = statistics
        self.info = info
        self.energy = predict_energy(statistics, model)
        self.links = statistics.hot_links(top)
        # Cores of equal rate come in their own order.
        order = np.argsort(-statistics.core_rates, kind="stable")[:top]
        self.cores = order[statistics.core_rates[order] > 0].tolist()

    # For people ---------------------------------------------------------------------------

    def show(self) -> None:
        """Print everything as tables."""
        s, a = self.statistics, self.statistics.architecture
        out.print(
            f"{a.width} x {a.height} cores of {a.axons} axons and {a.neurons} neurons; ticks "
            f"{s.first_tick:,} to {s.first_tick + s.ticks - 1:,}, {s.seconds:g} s in real time; "
            f"engine {self.info['engine']}",
            soft_wrap=True,
            markup=False,
        )
        if not self.info["complete"]:
            out.print("The run was interrupted: these are the ticks that were done.", style="bold")
        for table in (self._activity(), self._rates(), self._traffic()):
            out.print()
            out.print(table)
        if self.cores:
            out.print()
            out.print(self._hot_cores())
        if self.links:
            out.print()
            out.print(self._hot_links())
        out.print()
        self._show_energy()

    def _activity(self) -> Table:
        s = self.statistics
        table = _table("activity", "total", "a tick", "busiest tick", "in tick")
        rows = {
            "spikes": s.spikes_per_tick,
            "synaptic operations": s.synaptic_events_per_tick,
            "packets sent": s.packets_per_tick,
            "late, dropped": s.late_per_tick,
            "off the mesh, dropped": s.off_mesh_per_tick,
        }
        for name, values in rows.items():
            if values is None:
                table.add_row(name, "not seen", "", "", "")
                continue
            total, peak = int(values.sum()), int(values.argmax())
            when = f"{s.first_tick + peak:,}" if total else ""
            table.add_row(name, f"{total:,}", _n(total / s.ticks), f"{values[peak]:,}", when)
        return table

    def _rates(self) -> Table:
        s, a = self.statistics, self.statistics.architecture
        neurons = a.cores * a.neurons
        core, neuron = divmod(int(s.spikes_per_neuron.argmax()), a.neurons)
        peak = float(s.rates[core, neuron])
        table = _table("rates", "a tick", "in Hz", "")
        table.add_row("mean of all neurons", _n(s.mean_rate), _hz(s.mean_rate), f"of {neurons:,}")
        if s.spikes:
            share = s.spikes / (neurons - s.silent_neurons) / s.ticks
            firing = f"{neurons - s.silent_neurons:,} that fired"
            table.add_row("mean of those that fired", _n(share), _hz(share), firing)
            where = f"core {self._place(core)} neuron {neuron}"
            table.add_row("busiest neuron", _n(peak), _hz(peak), where)
        return table

    def _traffic(self) -> Table:
        t = self.statistics.traffic
        hops_x, hops_y = t.across()
        table = _table("packets", "total", "")
        table.add_row("on the mesh", f"{t.packets:,}", f"{self.statistics.injected:,} injected")
        table.add_row("delivered to cores", f"{int(t.arrivals.sum()):,}", "late ones too")
        sides = ", ".join(f"{side} {count:,}" for side, count in t.left.items() if count)
        table.add_row("left the mesh", f"{sum(t.left.values()):,}", sides)
        table.add_row("hops", f"{t.total_hops:,}", f"{hops_x:,} in x, {hops_y:,} in y")
        mean = f"{_n(t.mean_hops)} on average, {t.max_hops} at most"
        table.add_row("hops of a packet", "", mean)
        return table

    def _hot_cores(self) -> Table:
        s = self.statistics
        table = _table(
            "busiest cores",
            "Hz a neuron",
            "synaptic operations a tick",
            "packets in a tick",
            "late",
        )
        events = s.synaptic_events_per_core
        for core in self.cores:
            table.add_row(
                self._place(core),
                _hz(s.core_rates[core]),
                "not seen" if events is None else _n(events[core] / s.ticks),
                _n(s.traffic.arrivals[core] / s.ticks),
                f"{s.late_per_core[core]:,}",
            )
        return table

    def _hot_links(self) -> Table:
        table = _table("hottest links", "from", "to the", "packets", "a tick")
        for number, link in enumerate(self.links, 1):
            side = f"{link.side}, off the mesh" if link.edge else link.side
            place = f"({link.x}, {link.y})"
            table.add_row(str(number), place, side, f"{link.packets:,}", _n(link.per_tick))
        return table

    def _place(self, core: int) -> str:
        a = self.statistics.architecture
        return f"({core % a.width}, {core // a.width})"

    def _show_energy(self) -> None:
        energy, model = self.energy, self.energy.model
        table = _table("predicted energy", "each", "count", "energy")
        for term in energy.terms:
            name = EVENTS[term.figure.event]
            table.add_row(
                f"{name}, within the above" if term.figure.within else name,
                f"{term.figure.picojoules:.4g} pJ",
                f"{term.count:,}",
                _si(term.joules, "J"),
            )
        table.add_row("sum", "", "", _si(energy.joules, "J"), style="bold")
        table.add_row("power in real time", "", "", _si(energy.watts, "W"), style="bold")
        out.print(table)
        lines = [
            model.title,
            f"Source: {model.source}.",
            f"Holds at: {model.conditions}.",
            f"Covers {_list(model.covers)}; leaves out {_list(model.leaves_out)}.",
        ]
        for term in energy.terms:
            figure = term.figure
            lines += [f"{figure.picojoules:.4g} pJ: {figure.note} ({figure.source})."]
        for line in (*lines, *(f"Note: {note}." for note in energy.notes)):
            out.print(line, soft_wrap=True, markup=False)

    # For programs -------------------------------------------------------------------------

    def to_dict(self) -> dict[str, Any]:
        """Return everything for JSON; rates are in spikes a tick."""
        s, t = self.statistics, self.statistics.traffic
        hops_x, hops_y = t.across()
        return {
            "architecture": s.architecture.to_dict(),
            "engine": self.info["engine"],
            "complete": self.info["complete"],
            "first_tick": s.first_tick,
            "ticks": s.ticks,
            "ticks_per_second": TICKS_PER_SECOND,
            "spikes": s.spikes,
            "synaptic_events": s.synaptic_events,
            "packets": {
                "sent": s.packets,
                "injected": s.injected,
                "delivered": int(t.arrivals.sum()),
                "left": t.left,
                "late": int(s.late_per_tick.sum()),
                "off_mesh": int(s.off_mesh_per_tick.sum()),
            },
            "hops": {
                "total": t.total_hops,
                "in_x": hops_x,
                "in_y": hops_y,
                "mean": t.mean_hops,
                "max": t.max_hops,
                "packets_by_hops": t.hops,
            },
            "rates": {
                "mean": s.mean_rate,
                "max": float(s.rates.max()),
                "silent_neurons": s.silent_neurons,
            },
            "per_tick": {
                "spikes": s.spikes_per_tick,
                "synaptic_events": s.synaptic_events_per_tick,
                "packets": s.packets_per_tick,
                "late": s.late_per_tick,
                "off_mesh": s.off_mesh_per_tick,
            },
            "per_core": {
                "rate": s.core_rates,
                "synaptic_events": s.synaptic_events_per_core,
                "delivered": t.arrivals,
                "late": s.late_per_core,
            },
            "links": dict(zip(SIDES, t.links, strict=True)),
            "hot_links": [link._asdict() for link in self.links],
            "energy": _energy(self.energy),
        }


def _energy(energy: Energy) -> dict[str, Any]:
    model = energy.model
    return {
        "model": model.name,
        "title": model.title,
        "source": model.source,
        "conditions": model.conditions,
        "covers": model.covers,
        "leaves_out": model.leaves_out,
        "joules": energy.joules,
        "watts": energy.watts,
        "terms": [_term(term) for term in energy.terms],
        "notes": energy.notes,
    }


def _term(term: Term) -> dict[str, Any]:
    figure = term.figure
    return {
        "event": EVENTS[figure.event],
        "picojoules": figure.picojoules,
        "count": term.count,
        "joules": term.joules,
        "within_another": figure.within,
        "note": figure.note,
        "source": figure.source,
    }


def _table(*titles: str) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for number, title in enumerate(titles):
        table.add_column(title, justify="right" if number and title else "left")
    return table


def _n(value: float) -> str:
    """Write a mean: three digits, or all of a large number's."""
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"


def _hz(per_tick: float) -> str:
    return _n(per_tick * TICKS_PER_SECOND)


def _si(value: float, unit: str) -> str:
    """Write a small quantity with the prefix that leaves one to three digits before the point."""
    for size, sign in _UNITS:
        if abs(value) >= size:
            return f"{value / size:.4g} {sign}{unit}"
    return f"{value:.4g} {unit}"


def _list(words: Iterable[str]) -> str:
    *first, last = words
    return f"{', '.join(first)} and {last}" if first else last
