"""What is known of words beyond their form: the solver's answers, and values at chosen places."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence

from bitwuzla import Kind

from spikewright.lct.builder import Builder
from spikewright.lct.decoder.numbers import evaluate
from spikewright.lct.decoder.word import Word, mask, ordered
from spikewright.lct.evaluate import pack
from spikewright.lct.solver import Solver, Term
from spikewright.lct.types import Enum, Type
from spikewright.lct.values import leaves

__all__ = ["Judge"]

_KINDS = {
    "not": Kind.BV_NOT,
    "and": Kind.BV_AND,
    "or": Kind.BV_OR,
    "xor": Kind.BV_XOR,
    "neg": Kind.BV_NEG,
    "add": Kind.BV_ADD,
    "sub": Kind.BV_SUB,
    "mul": Kind.BV_MUL,
    "shl": Kind.BV_SHL,
    "shr": Kind.BV_SHR,
    "ashr": Kind.BV_ASHR,
    "udiv": Kind.BV_UDIV,
    "sdiv": Kind.BV_SDIV,
    "urem": Kind.BV_UREM,
    "srem": Kind.BV_SREM,
    "smod": Kind.BV_SMOD,
}
_SAMPLES = 24


class Judge:
    """Questions about words, under nothing but the facts of their types.

    Parameters
    ----------
    types : mapping of str to Type
        Types of symbols, by their names; others are plain bits.
    limit : float
        Seconds for one question. Without an answer a row stays possible and words stay different:
        the result is longer, and still right.
    """

    def __init__(self, types: Mapping[str, Type], limit: float = 2.0) -> None:
        self.types = types
        self.builder = Builder()
        self.solver = Solver(self.builder, limit)
        self._terms: dict[Word, Term] = {}
        self._values: list[dict[Word, int]] = [{} for _ in range(_SAMPLES)]
        self._samples: list[dict[str, int]] = [{} for _ in range(_SAMPLES)]

    # ---- the solver

    def term(self, word: Word) -> Term:
        """The word as a bit vector of the solver."""
        b = self.builder
        for part in ordered(word, self._terms):
            args = [self._terms[a] for a in part.args]
            match part.op:
                case "const":
                    made = b.number(part.value, part.width)
                case "sym":
                    made = b.unknown(part.value, part.width)
                    if part.value in self.types:
                        self.solver.add(b.domain(made, self.types[part.value]))
                case "slice":
                    made = b.bits(args[0], part.value, part.width)
                case "cat":
                    made = b.join(args)
                case "zext" | "sext":
                    made = b.resize(args[0], part.width, part.op == "sext")
                case "eq":
                    made = b.bit(b.equal(*args))
                case "ult" | "slt":
                    kind = Kind.BV_ULT if part.op == "ult" else Kind.BV_SLT
                    made = b.bit(b.term(kind, *args))
                case "ite":
                    made = b.choose(b.truth(args[0]), *args[1:])
                case _:
                    made = b.term(_KINDS[part.op], *args)
            self._terms[part] = made
        return self._terms[word]

    def assume(self, condition: Word) -> None:
        """Let a condition hold from now on."""
        self.solver.add(self.builder.truth(self.term(condition)))

    def possible(self, *words: Word) -> bool:
        """Whether all of these conditions may hold at once."""
        if any(w.op == "const" and not w.value for w in words):
            return False
        terms = [self.builder.truth(self.term(w)) for w in words if w.op != "const"]
        return self.solver.ask(*terms) != "unsat"

    def same(self, a: Word, b: Word, given: Sequence[Word] = ()) -> bool:
        """Whether two words are proven equal where some conditions hold."""
        if a is b:
            return True
        if a.op == b.op == "const":
            return not self.possible(*given)
        terms = [self.builder.truth(self.term(w)) for w in given]
        differ = self.builder.negate(self.builder.equal(self.term(a), self.term(b)))
        return self.solver.ask(*terms, differ) == "unsat"

    # ---- values

    def _symbol(self, name: str, width: int, number: int) -> int:
        values = self._samples[number]
        if name not in values:
            rng = random.Random(f"{name} {number}")
            value = rng.getrandbits(width)
            match number % 6:
                case 1:
                    value = 1 << rng.randrange(width)
                case 2:
                    value = rng.getrandbits(width) & rng.getrandbits(width) & rng.getrandbits(width)
                case 3:
                    value = rng.randrange(4) & mask(width)
            value = [0, mask(width), 1, 1 << (width - 1)][number] if number < 4 else value
            values[name] = _legal(value, self.types.get(name), width)
        return values[name]

    def values(self, word: Word) -> tuple[int, ...]:
        """The word at some fixed places: words that are equal have equal values there."""
        found = []
        for number, known in enumerate(self._values):
            for part in ordered(word, known):
                if part.op == "sym":
                    known[part] = self._symbol(part.value, part.width, number)
                else:
                    evaluate(part, {}, known)
            found.append(known[word])
        return tuple(found)

    def alike(self, a: Word, b: Word) -> bool:
        """Whether two words are proven equal; what samples tell apart costs no question."""
        return a is b or (
            a.width == b.width and self.values(a) == self.values(b) and self.same(a, b)
        )


def _legal(value: int, kind: Type | None, width: int) -> int:
    """The value with every enumeration in it made one of its members."""
    for offset, leaf in leaves(kind) if kind is not None else ():
        if isinstance(leaf, Enum):
            members = [pack(v, leaf) for _, v in leaf.members]
            part = value >> offset & mask(leaf.width)
            if part not in members:
                value ^= (part ^ members[part % len(members)]) << offset
    return value & mask(width)
