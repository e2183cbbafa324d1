"""What a unit must do, by its table run as software: vectors for a simulator.

Nothing here asks a solver or reads a netlist: `lct.execute.Machine` says what follows, cell by
cell, and where a cell is ``*`` the vector does not care.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from random import Random

from spikewright.lct.evaluate import pack, unpack
from spikewright.lct.execute import Machine, first_match, random_value
from spikewright.lct.ir import ANY, Symbol, Unit
from spikewright.lct.types import Enum, Type
from spikewright.lct.values import leaves

__all__ = ["Field", "Layout", "layout", "port_name", "vectors"]


RESETS = 20
"""How many of the plain vectors have an active reset."""


KEYWORDS = frozenset({"initial", "final", "end", "begin", "do", "wait", "table", "config", "type"})


def port_name(name: str) -> str:
    """A symbol's name in Verilog without escapes: keywords get a mark."""
    name = name.replace(".", "__")
    return f"{name}_" if name in KEYWORDS else name


@dataclass(frozen=True)
class Field:
    """A part of a vector: `width` bits from bit `low`; `role` says of what."""

    role: str
    name: str
    low: int
    width: int

    @property
    def port(self) -> str:
        """Its port where registers are cut open."""
        return {"register": "now__", "next": "next__"}.get(self.role, "") + port_name(self.name)


@dataclass(frozen=True)
class Layout:
    """Where everything lies in a vector, by role.

    What goes in comes first: reset, input, register. Then what must come out: output, next. Then
    which of those bits count: care output, care next.
    """

    fields: tuple[Field, ...]

    @property
    def width(self) -> int:
        """Bits of a vector."""
        return sum(f.width for f in self.fields)

    @property
    def stimulus(self) -> list[Field]:
        """What goes in."""
        return [f for f in self.fields if f.role in ("reset", "input", "register")]

    @property
    def result(self) -> list[Field]:
        """What must come out."""
        return [f for f in self.fields if f.role in ("output", "next")]


def layout(unit: Unit) -> Layout:
    """The vectors of a unit; names are those that its HDL has."""
    inputs, outputs, registers = (unit.by_role(r) for r in ("input", "output", "register"))
    parts: list[tuple[str, str, int]] = [("reset", "rst", 1)]
    for role, symbols in (
        ("input", inputs),
        ("register", registers),
        ("output", outputs),
        ("next", registers),
        ("care output", outputs),
        ("care next", registers),
    ):
        parts += [(role, s.name.replace(".", "__"), s.type.width) for s in symbols]
    fields, at = [], 0
    for role, name, width in parts:
        fields.append(Field(role, name, at, width))
        at += width
    return Layout(tuple(fields))


def vectors(unit: Unit, plain: int, odd: int, seed: str) -> list[int]:
    """Packed vectors: `plain` random ones, among them resets, then `odd` ones that seek corners.

    The odd ones have numbers near zero and near the ends of their range, values that other signals
    have too, and all but a little of the vector before. Fewer come where the assumptions leave
    hardly anything.
    """
    random, machine = Random(f"{seed} {unit.name}"), Machine(unit)
    at = layout(unit)
    states = _walk(machine, random)
    found: list[int] = []
    last: dict[str, int] = {}
    for _ in range(min(RESETS, plain)):
        values = machine.complete(
            {s.name: random_value(s.type, random) for s in unit.symbols.values()}
        )
        found.append(_reset(machine, at, values))
    for n in range(len(found), plain + odd):
        for _ in range(20):
            drawn = (
                _plain(machine, random, states)
                if n < plain
                else _odd(machine, random, states, last)
            )
            if drawn is not None:
                last = drawn
                found.append(_vector(machine, at, drawn))
                break
    return found


def _walk(machine: Machine, random: Random) -> list[dict[str, int]]:
    """States that are reached from reset; some assumptions hold in hardly any other."""
    states, state = [], machine.reset()
    for n in range(400 if machine.unit.assumptions else 100):
        states.append(state)
        values = machine.random_inputs(state, random, tries=30)
        state = machine.reset() if values is None or n % 50 == 49 else machine.step(values)
    return states


def _plain(machine: Machine, random: Random, states: list[dict[str, int]]) -> dict[str, int] | None:
    registers = machine.unit.by_role("register")
    drawn = {s.name: random_value(s.type, random) for s in registers}
    if machine.unit.assumptions and random.random() < 0.5:
        drawn = random.choice(states)
    return machine.random_inputs(drawn, random, tries=10)


def _odd(
    machine: Machine, random: Random, states: list[dict[str, int]], last: Mapping[str, int]
) -> dict[str, int] | None:
    symbols = [*machine.unit.by_role("register"), *machine.inputs]
    if last and random.random() < 0.5:
        values = {s.name: last[s.name] for s in symbols}
        changed = random.sample(symbols, random.randint(1, min(3, len(symbols))))
    else:
        values, changed = dict(random.choice(states)), list(machine.inputs)
        if random.random() < 0.7:
            changed = symbols
    pool = [
        (s.type.width, pack(v, s.type)) for s in symbols if (v := values.get(s.name)) is not None
    ]
    for symbol in changed:
        values[symbol.name] = _odd_value(symbol.type, random, pool)
        pool.append((symbol.type.width, pack(values[symbol.name], symbol.type)))
    values = machine.complete(values)
    return values if machine.allowed(values) else None


def _odd_value(kind: Type, random: Random, pool: list[tuple[int, int]]) -> int:
    bits = 0
    same = [value for width, value in pool if width == kind.width]
    if same and random.random() < 0.2:
        whole = random.choice(same)
        if not any(isinstance(leaf, Enum) for _, leaf in leaves(kind)):
            return unpack(whole, kind)
    for offset, leaf in leaves(kind):
        if isinstance(leaf, Enum):
            bits |= random.choice(leaf.members)[1] << offset
            continue
        full, half = (1 << leaf.width) - 1, 1 << (leaf.width - 1)
        style = random.random()
        if style < 0.35:
            part = random.choice((0, 1, 2, 3, full, full - 1, half, half - 1, half + 1))
        elif style < 0.5:
            part = 1 << random.randrange(leaf.width)
        elif style < 0.6:
            part = random.choice((-1, 0, 1)) + (1 << random.randrange(leaf.width))
        elif style < 0.7 and pool:
            part = random.choice(pool)[1] + random.choice((-1, 0, 0, 1))
        else:
            part = random.getrandbits(leaf.width)
        bits |= (part & full) << offset
    return unpack(bits, kind)


def _cares(machine: Machine, symbol: Symbol, values: Mapping[str, int]) -> bool:
    """Whether the row that decides gives the symbol a value."""
    if symbol.name not in machine.drivers:
        return symbol.role == "register"
    table, position = machine.drivers[symbol.name]
    row = first_match(table, values) or table.rows[-1]
    return row.targets[position] != ANY


def _vector(machine: Machine, at: Layout, values: Mapping[str, int]) -> int:
    unit = machine.unit
    known = {s.name.replace(".", "__"): pack(values[s.name], s.type) for s in unit.symbols.values()}
    after = {
        s.name.replace(".", "__"): (
            pack(machine.outcome(s, values), s.type),
            (1 << s.type.width) - 1 if _cares(machine, s, values) else 0,
        )
        for s in unit.symbols.values()
        if s.role != "input"
    }
    return _packed(at, known, after, reset=False)


def _reset(machine: Machine, at: Layout, values: Mapping[str, int]) -> int:
    unit = machine.unit
    known = {s.name.replace(".", "__"): pack(values[s.name], s.type) for s in unit.symbols.values()}
    after = {
        s.name.replace(".", "__"): (s.reset or 0, 0 if s.reset is None else (1 << s.type.width) - 1)
        for s in unit.by_role("register")
    }
    return _packed(at, known, after, reset=True)


def _packed(
    at: Layout, known: Mapping[str, int], after: Mapping[str, tuple[int, int]], *, reset: bool
) -> int:
    def parts() -> Iterator[tuple[int, int]]:
        for field in at.fields:
            value, care = after.get(field.name, (0, 0))
            match field.role:
                case "reset":
                    yield field.low, int(reset)
                case "input" | "register":
                    yield field.low, known[field.name]
                case "output" | "next":
                    yield field.low, value & care
                case _:
                    yield field.low, care

    result = 0
    for low, value in parts():
        result |= value << low
    return result
