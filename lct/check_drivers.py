"""Everything is driven exactly once: targets by tables, ports by connections."""

from __future__ import annotations

from spikewright.lct.diagnostics import Diagnostics, Place
from spikewright.lct.ir import Connection, Signal, Unit

__all__ = ["check_connections", "check_targets"]

_NOWHERE = ("", "-")

End = tuple[str, str]


def check_targets(unit: Unit, diagnostics: Diagnostics) -> None:
    """Check that one table, and only one, drives each output and register of a logic unit."""
    document = unit.document
    driver: dict[str, str] = {}
    for table in unit.tables:
        for target in table.targets:
            name = target.symbol.name
            if name in driver:
                message = f"{name} is driven by table {driver[name]} already"
                place = document.place(target.span, table.name, column=name)
                diagnostics.add("driven-twice", message, place)
            driver.setdefault(name, table.name)
    for symbol in unit.symbols.values():
        if symbol.role != "input" and symbol.name not in driver:
            message = f"no table drives {symbol.role} {symbol.name}"
            place = document.place(symbol.span, "Signals", symbol.signal)
            diagnostics.add("undriven", message, place)


class _Wiring:
    """The connections of a structural unit, by what they leave and what they reach."""

    def __init__(self, unit: Unit, diagnostics: Diagnostics) -> None:
        self.unit, self.diagnostics = unit, diagnostics
        self.leaving: dict[End, list[Connection]] = {}
        self.reaching: dict[End, list[Connection]] = {}
        for connection in unit.connections:
            self.leaving.setdefault(connection.source, []).append(connection)
            if connection.sink != _NOWHERE:
                self.reaching.setdefault(connection.sink, []).append(connection)

    def place(self, end: End) -> Place:
        """Where a port was declared, or its instance."""
        owner, name = end
        if owner:
            span = self.unit.instances[owner].span
            return self.unit.document.place(span, "Instances", owner)
        return self.unit.document.place(self.unit.signals[name].span, "Signals", name)

    def sink(self, end: End, what: str) -> None:
        """Check that something drives `end`, once."""
        name = ".".join(filter(None, end))
        found = self.reaching.get(end, [])
        if not found:
            self.diagnostics.add("undriven", f"nothing drives {what} {name}", self.place(end))
        for again in found[1:]:
            first = ".".join(filter(None, found[0].source))
            message = f"{name} is driven by {first} already"
            place = self.unit.document.place(again.sink_span, "Connections", name, "to")
            self.diagnostics.add("driven-twice", message, place)

    def source(self, end: End, what: str, stream: bool) -> None:
        """Check that `end` is used, and a stream only once."""
        name = ".".join(filter(None, end))
        found = self.leaving.get(end, [])
        if not found:
            rule = f"{what} {name} goes nowhere: connect it, or connect it to `-`"
            self.diagnostics.add("unused", rule, self.place(end))
        sinks = [".".join(filter(None, c.sink)) for c in found]
        for again, sink in list(zip(found, sinks, strict=True))[1:]:
            place = self.unit.document.place(again.sink_span, "Connections", name, "to")
            if "-" in sinks:
                message = f"{name} is connected to `-`, which says that it is unused, and elsewhere"
                self.diagnostics.add("unused", message, place)
            elif stream:
                message = (
                    f"stream {name} goes to {sinks[0]} already: {sink} would drive its ready too"
                )
                self.diagnostics.add("driven-twice", message, place)

    def port(self, end: End, signal: Signal) -> None:
        """Check one port; inside, an input of the unit itself is a source."""
        stream = signal.kind.endswith("stream")
        inward = signal.kind.startswith("in")
        if signal.kind == "register":
            return
        if inward == bool(end[0]):
            self.sink(end, "input" if inward else "output")
        else:
            self.source(end, "input" if inward else "output", stream)


def check_connections(unit: Unit, diagnostics: Diagnostics) -> None:
    """Check that each port in a structural unit is driven once, and that each source is used."""
    wiring = _Wiring(unit, diagnostics)
    for name, signal in unit.signals.items():
        wiring.port(("", name), signal)
    for name, instance in unit.instances.items():
        for port, signal in instance.unit.signals.items():
            wiring.port((name, port), signal)
