"""One process for all tests of a run, and what to do with a design."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from spikewright.lct.builder import Builder
from spikewright.lct.front.design import Design
from spikewright.lct.front.load import Elaborator, load_verilog
from spikewright.lct.front.refusal import Refused
from spikewright.lct.front.terms import DesignTerms
from spikewright.lct.solver import Solver

Refuse = Callable[..., tuple[str, str]]
Same = Callable[[Design, Design], bool]


@pytest.fixture(scope="session")
def elaborator() -> Iterator[Elaborator]:
    with Elaborator(60.0) as process:
        yield process


@pytest.fixture
def refused(elaborator: Elaborator) -> Refuse:
    """The rule and the whole sentence with which a text is refused."""

    def refuse(text: str, name: str = "f.sv", **more: str) -> tuple[str, str]:
        with pytest.raises(Refused) as found:
            load_verilog({name: text, **more}, elaborator=elaborator)
        return found.value.rule, str(found.value)

    return refuse


@pytest.fixture
def load(elaborator: Elaborator) -> Callable[..., Design]:
    def read(text: str, top: str = "", **parameters: int) -> Design:
        return load_verilog({"f.sv": text}, top, parameters=parameters, elaborator=elaborator)

    return read


@pytest.fixture
def same() -> Same:
    """Whether two designs are equal in every output and register, for whatever is left open."""

    def compare(one: Design, other: Design) -> bool:
        assert one.outputs == other.outputs
        assert one.registers.keys() == other.registers.keys()
        builder = Builder()
        first = DesignTerms(one, builder, " one")
        known = {n: first.symbol(n, one.width(n)) for n in (*one.inputs, *one.registers)}
        first = DesignTerms(one, builder, " one", known)
        second = DesignTerms(other, builder, " other", known)
        differ = [(first.value(n), second.value(n)) for n in one.outputs]
        differ += [(first.next(n), second.next(n)) for n in one.registers]
        assert differ
        solver = Solver(builder)
        answer = solver.ask(builder.any(builder.negate(builder.equal(a, b)) for a, b in differ))
        assert answer != "unknown"
        return answer == "unsat"

    return compare
