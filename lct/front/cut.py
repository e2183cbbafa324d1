"""Parts of a design that are left out: their outputs become inputs of it, their inputs outputs."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import count

from spikewright.lct.front.netlist import Bit, Cell, Net, Netlist, Port

__all__ = ["Cut", "cut_out"]


@dataclass(frozen=True)
class Cut:
    """Instances to leave out.

    Attributes
    ----------
    instances : tuple of str
        Names of all instances of the design, also of those that stay.
    drives, reads : mapping of str to int
        The nets that those to leave out drive and read, ``instance.port``, and their widths.
    """

    instances: tuple[str, ...] = ()
    drives: Mapping[str, int] = field(default_factory=dict)
    reads: Mapping[str, int] = field(default_factory=dict)

    def inside(self, name: str) -> bool:
        """Whether a net belongs to an instance to leave out."""
        owners = {n.partition(".")[0] for n in (*self.drives, *self.reads)}
        return name.partition(".")[0] in owners and "." in name


def cut_out(netlist: Netlist, cut: Cut) -> Netlist:
    """Return the netlist with ports for the nets of a cut, without what only they needed.

    A net becomes no port where it is not there, or where no cell drives it alone: who asks for the
    port then sees that it is missing.
    """
    if not cut.instances:
        return netlist
    netlist = _renamed(netlist, cut.instances)
    if not cut.drives and not cut.reads:
        return netlist
    ports, found = dict(netlist.ports), dict(_ports(netlist, cut))
    taken: set[Bit] = {b for p in ports.values() for b in p.bits if p.direction != "output"}
    for name in cut.drives:
        bits = found.get(name, ())
        free = [b for b in bits if b in netlist.drivers and b not in taken]
        if bits and len(free) == len(set(bits)) == len(bits):
            taken.update(bits)
            ports[name] = Port(name, "input", bits)
    for name in cut.reads:
        if name in found:
            ports[name] = Port(name, "output", found[name])
    open_bits = {b for n in cut.drives if n in ports for b in ports[n].bits}
    cells = _loosened(netlist, open_bits)
    loose = replace(netlist.with_cells(cells), ports=ports)
    return loose.with_cells(_needed(loose, cut))


def _renamed(netlist: Netlist, instances: Collection[str]) -> Netlist:
    """Give instances that Amaranth's converter called ``NAME$N`` their own names again."""
    owners = dict.fromkeys(n.partition(".")[0] for n in netlist.nets if "." in n)
    names = {}
    for instance in instances:
        alike = [o for o in owners if re.fullmatch(rf"{re.escape(instance)}\$\d+", o)]
        if instance not in owners and len(alike) == 1:
            names[alike[0]] = instance
    nets = {}
    for net in netlist.nets.values():
        owner, dot, rest = net.name.partition(".")
        name = f"{names[owner]}.{rest}" if dot and owner in names else net.name
        nets[name] = replace(net, name=name)
    return netlist.with_cells(netlist.cells, nets)


def _ports(netlist: Netlist, cut: Cut) -> Iterator[tuple[str, tuple[Bit, ...]]]:
    """The bits at each port of the instances to leave out, where it is clear which they are.

    The converter calls a port ``NAME$N`` where a signal inside has its name. Only a port's bits
    have a name outside of its instance too.
    """
    by_owner: dict[str, list[Net]] = {}
    for net in netlist.nets.values():
        by_owner.setdefault(net.name.partition(".")[0], []).append(net)
    for name, width in {**cut.drives, **cut.reads}.items():
        owner = name.partition(".")[0]
        pattern = re.compile(rf"{re.escape(name)}(\$\d+)?")
        inner = f"{owner}."
        alike = [
            n for n in by_owner.get(owner, ()) if pattern.fullmatch(n.name) and len(n.bits) == width
        ]
        if len(alike) > 1:
            outer = {
                netlist.sources(n.bits)
                for n in netlist.nets.values()
                if not n.name.startswith(inner) and len(n.bits) == width
            }
            alike = [n for n in alike if netlist.sources(n.bits) in outer]
        if len({netlist.sources(n.bits) for n in alike}) == 1:
            yield name, alike[0].bits


def _loosened(netlist: Netlist, bits: Collection[Bit]) -> dict[str, Cell]:
    """The cells; those that drove some bits now drive others, that nothing reads."""
    buses = [net.bits for net in netlist.nets.values()]
    buses += [pins for cell in netlist.cells.values() for pins in cell.pins.values()]
    fresh = count(1 + max((b for bus in buses for b in bus if isinstance(b, int)), default=0))

    def pins(cell: Cell) -> Iterator[tuple[str, tuple[Bit, ...]]]:
        for name, bus in cell.pins.items():
            mine = name in cell.outputs
            yield name, tuple(next(fresh) if mine and b in bits else b for b in bus)

    return {n: replace(c, pins=dict(pins(c))) for n, c in netlist.cells.items()}


def _needed(netlist: Netlist, cut: Cut) -> Mapping[str, Cell]:
    """The cells behind outputs and behind nets with a name outside of the cut."""
    todo = [b for p in netlist.ports.values() if p.direction != "input" for b in p.bits]
    for net in netlist.nets.values():
        if not net.hidden and not cut.inside(net.name):
            todo += net.bits
    seen: set[str] = set()
    while todo:
        driver = netlist.drivers.get(todo.pop())
        if driver is not None and driver[0].name not in seen:
            cell = driver[0]
            seen.add(cell.name)
            todo += [b for pin, bus in cell.pins.items() if pin not in cell.outputs for b in bus]
    return {n: c for n, c in netlist.cells.items() if n in seen}
