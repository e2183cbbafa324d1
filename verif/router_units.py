"""What each unit of the router must do, from the specification and not from its table.

Packets go x first, then y, then to the core; a step is counted where it begins. No unit loses,
doubles or reorders packets, and an input of a merge waits for each of its rivals once at most.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from random import Random

from spikewright.golden.architecture import Architecture
from spikewright.verif.config_words import Word, packet_word
from spikewright.verif.errors import ToolError
from spikewright.verif.transactions import Transfer

__all__ = ["ROUTER_UNITS", "Observed", "RouterUnit", "faults_of", "packets_for", "unit_named"]

_LIMIT = 5


@dataclass(frozen=True)
class RouterUnit:
    """One unit: its kind, and its streams.

    Members
    -------
    name : str
    kind : {"route", "merge", "buffer", "deliver"}
    inputs, outputs : tuple of str
    """

    name: str
    kind: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]

    @property
    def delay(self) -> int:
        """Cycles between input and output; the rest of the router answers in the same cycle."""
        return 1 if self.kind == "buffer" else 0


ROUTER_UNITS = {
    unit.name: unit
    for unit in (
        RouterUnit("input_buffer", "buffer", ("arrive",), ("leave",)),
        RouterUnit("from_local", "route", ("core",), ("east", "west", "north", "south", "local")),
        RouterUnit("forward_east", "route", ("west",), ("east", "north", "south", "local")),
        RouterUnit("forward_west", "route", ("east",), ("west", "north", "south", "local")),
        RouterUnit("forward_north", "route", ("south",), ("north", "local")),
        RouterUnit("forward_south", "route", ("north",), ("south", "local")),
        RouterUnit("to_local", "deliver", ("packet",), ("delivery",)),
        RouterUnit("merge_east", "merge", ("local", "through"), ("link",)),
        RouterUnit("merge_west", "merge", ("local", "through"), ("link",)),
        RouterUnit("merge_north", "merge", ("local", "east", "west", "through"), ("link",)),
        RouterUnit("merge_south", "merge", ("local", "east", "west", "through"), ("link",)),
        RouterUnit("merge_local", "merge", ("local", "east", "west", "north", "south"), ("link",)),
    )
}


def unit_named(name: str) -> RouterUnit:
    """Return a unit, or say which there are."""
    if name not in ROUTER_UNITS:
        raise ToolError(f"Unit must be one of {', '.join(ROUTER_UNITS)}, not {name!r}")
    return ROUTER_UNITS[name]


def packets_for(unit: RouterUnit, port: str, a: Architecture, count: int, rng: Random) -> list[int]:
    """Return random packets such as can come over an input, with many short and many long ways."""
    low, high = a.offset_range
    ways = [low, low + 1, -1, -1, 0, 0, 0, 1, 1, high - 1, high]
    # Who travels east has no way to go west; who travels along y has none along x.
    limits = {"west": ((0, high), (low, high)), "east": ((low, 0), (low, high))}
    limits |= {"south": ((0, 0), (0, high)), "north": ((0, 0), (low, 0))}
    free = ((low, high), (low, high))
    within = limits.get(port, free) if unit.kind == "route" else free
    word = packet_word(a)
    return [
        word.pack(
            {
                "dx": _offset(within[0], ways, rng),
                "dy": _offset(within[1], ways, rng),
                "slot": rng.randrange(a.delay_slots),
                "axon": rng.randrange(a.axons),
            }
        )
        for _ in range(count)
    ]


def _offset(limits: tuple[int, int], ways: Sequence[int], rng: Random) -> int:
    low, high = limits
    if rng.random() < 0.25:
        return rng.randint(low, high)
    return rng.choice([way for way in ways if low <= way <= high])


def _routed(payload: int, word: Word) -> tuple[str, int]:
    """Return the way a packet takes, and what it holds then."""
    packet = word.unpack(payload)
    for name, ahead, back in (("dx", "east", "west"), ("dy", "north", "south")):
        if packet[name]:
            step = 1 if packet[name] > 0 else -1
            packet[name] -= step
            return (ahead if step > 0 else back), word.pack(packet)
    return "local", payload


def _delivered(payload: int, word: Word, a: Architecture) -> int:
    packet = word.unpack(payload)
    return packet["slot"] | packet["axon"] << a.slot_bits


@dataclass
class Observed:
    """What was seen at a unit's pins.

    Members
    -------
    transfers : dict
        The packets that passed each stream, in order.
    offers : dict
        For each stream the cycles from which on it was valid after it had not been.
    sent : dict
        What was to be sent into each input.
    """

    sent: Mapping[str, Sequence[int]]
    transfers: dict[str, list[Transfer]] = field(default_factory=dict)
    offers: dict[str, list[int]] = field(default_factory=dict)

    def cycles(self, port: str) -> list[int]:
        """Return the cycles in which packets passed a stream."""
        return [transfer.cycle for transfer in self.transfers[port]]

    def payloads(self, port: str) -> list[int]:
        """Return the packets that passed a stream."""
        return [transfer.payload for transfer in self.transfers[port]]


def faults_of(unit: RouterUnit, seen: Observed, a: Architecture, *, unhindered: bool) -> list[str]:
    """Hold what was seen against the specification; return what is wrong, as sentences.

    Parameters
    ----------
    unhindered : bool
        Nobody paused, so a packet must have passed in every cycle.
    """
    faults = list(_arrivals(unit, seen))
    if unit.kind == "merge":
        faults += _merged(unit, seen)
        faults += _unfair(unit, seen)
    else:
        faults += _passed(unit, seen, a)
    if unhindered:
        for port in unit.outputs if unit.kind == "merge" else unit.inputs:
            cycles = seen.cycles(port)
            if cycles and cycles[-1] - cycles[0] != len(cycles) - 1:
                faults.append(
                    f"{port}: {len(cycles)} packets must pass in as many cycles, "
                    f"not in {cycles[-1] - cycles[0] + 1}"
                )
    return faults[:_LIMIT]


def _arrivals(unit: RouterUnit, seen: Observed) -> Iterable[str]:
    """Every packet must have gone in, and something must have come out."""
    for port in unit.inputs:
        if seen.payloads(port) != list(seen.sent[port]):
            yield (
                f"{port}: {len(seen.sent[port])} packets must go in, "
                f"and {len(seen.transfers[port])} did"
            )
    out = sum(len(seen.transfers[port]) for port in unit.outputs)
    into = sum(len(seen.transfers[port]) for port in unit.inputs)
    if not out or out != into:
        yield f"{into} packets went in, and {out} came out"


def _passed(unit: RouterUnit, seen: Observed, a: Architecture) -> Iterable[str]:
    """Each packet must leave where it must, changed as it must be, in its order and time."""
    word = packet_word(a)
    wanted: dict[str, list[Transfer]] = {port: [] for port in unit.outputs}
    for transfer in seen.transfers[unit.inputs[0]]:
        port, payload = unit.outputs[0], transfer.payload
        if unit.kind == "route":
            port, payload = _routed(payload, word)
        elif unit.kind == "deliver":
            payload = _delivered(payload, word, a)
        wanted[port].append(Transfer(port, payload, transfer.cycle))
    for port in unit.outputs:
        for place, (right, found) in enumerate(
            zip(wanted[port], seen.transfers[port], strict=False)
        ):
            if right.payload != found.payload:
                yield (
                    f"{port}: packet {place} must be 0x{right.payload:x}, not 0x{found.payload:x}"
                )
                break
            if unit.delay == 0 and right.cycle != found.cycle:
                yield f"{port}: packet {place} must pass in cycle {right.cycle}, not {found.cycle}"
                break
            if found.cycle < right.cycle + unit.delay:
                yield f"{port}: packet {place} must not pass before cycle {right.cycle + 1}"
                break
        else:
            if len(wanted[port]) != len(seen.transfers[port]):
                yield (
                    f"{port}: {len(wanted[port])} packets must pass, "
                    f"not {len(seen.transfers[port])}"
                )


def _merged(unit: RouterUnit, seen: Observed) -> Iterable[str]:
    """What passes the link must be what passes one input, in the same cycle."""
    came: dict[int, list[Transfer]] = {}
    for port in unit.inputs:
        for transfer in seen.transfers[port]:
            came.setdefault(transfer.cycle, []).append(transfer)
    left = {transfer.cycle: transfer for transfer in seen.transfers["link"]}
    for cycle in sorted(came.keys() | left.keys()):
        into, out = came.get(cycle, []), left.get(cycle)
        if out is None or len(into) != 1:
            names = " and ".join(transfer.port for transfer in into) or "no input"
            what = "nothing" if out is None else "a packet"
            yield f"link: in cycle {cycle} {names} gave a packet, and {what} left"
            return
        if into[0].payload != out.payload:
            yield f"link: {into[0].port} gave 0x{into[0].payload:x}, and 0x{out.payload:x} left"
            return


def _unfair(unit: RouterUnit, seen: Observed) -> Iterable[str]:
    """While an input waits, each other one may go ahead once."""
    cycles = {port: seen.cycles(port) for port in unit.inputs}
    for port in unit.inputs:
        last = -1
        for passed in cycles[port]:
            offered = max([last + 1, *(c for c in seen.offers[port] if c <= passed)])
            for rival in unit.inputs:
                ahead = sum(offered <= c < passed for c in cycles[rival])
                if rival != port and ahead > 1:
                    yield (
                        f"{port}: a packet that waits from cycle {offered} to {passed} must let "
                        f"{rival} go ahead once at most, not {ahead} times"
                    )
                    return
            last = passed
