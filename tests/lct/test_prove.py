"""The proof that compiled hardware follows its table: it must be able to fail."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from amaranth.hdl import Module, Signal
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from spikewright.lct.ir import Unit
from spikewright.lct.library import Library
from spikewright.lct.prove import Deviation, prove_component

TABLE = """\
# counter

## Signals
| name | kind | type | reset |
|---|---|---|---|
| step | in | unsigned(2) | |
| go | in | unsigned(1) | |
| count | out | unsigned(4) | |
| odd | out | unsigned(1) | |
| now | register | unsigned(4) | 3 |

## Assumptions
| id | always |
|---|---|
| A1 | step < 3 |

## Table move (unique)
| row | go | => | now | odd |
|---|---|---|---|---|
| wait | 0 | => | hold | * |
| move | 1 | => | trunc(now + step, 4) | now[0] |

## Table show (unique)
| row | => | count |
|---|---|---|
| always | => | now |
"""


class Counter(wiring.Component):
    """The counter by hand, with a fault on request."""

    def __init__(self, fault: str) -> None:
        self.fault = fault
        super().__init__({"step": In(2), "go": In(1), "count": Out(4), "odd": Out(1)})

    def elaborate(self, platform: Any) -> Module:
        del platform
        m = Module()
        now = Signal(4, init=4 if self.fault == "reset" else 3)
        step = now - self.step if self.fault == "minus" else now + self.step
        with m.If(self.go):
            m.d.sync += now.eq(step)
            m.d.comb += self.odd.eq(now[0])
        if self.fault == "outside":
            with m.If(self.step == 3):
                m.d.sync += now.eq(0)
        if self.fault == "rare":
            with m.If((now == 11) & (self.step == 2)):
                m.d.sync += now.eq(11)
        m.d.comb += self.count.eq(now[:3] if self.fault == "narrow" else now)
        return m


@pytest.fixture
def unit(tmp_path: Path) -> Unit:
    (tmp_path / "counter.lct.md").write_text(TABLE)
    return Library(tmp_path).unit("counter")


def places(found: list[Deviation]) -> set[tuple[str, str, str]]:
    assert all(d.verdict == "different" for d in found)
    return {(d.table, d.row, d.symbol) for d in found}


def test_hardware_that_follows_its_table_is_proven(unit: Unit) -> None:
    assert prove_component(unit, Counter("")) == []


def test_assumptions_hold_and_stars_are_free(unit: Unit) -> None:
    assert prove_component(unit, Counter("outside")) == []


@pytest.mark.parametrize(
    ("fault", "place"),
    [
        ("minus", ("move", "move", "now")),
        ("narrow", ("show", "always", "count")),
        ("rare", ("move", "move", "now")),
        ("reset", ("", "reset", "now")),
    ],
)
def test_a_fault_is_found_in_its_place(unit: Unit, fault: str, place: tuple[str, ...]) -> None:
    assert places(prove_component(unit, Counter(fault))) == {place}


def test_the_witness_is_a_filled_in_row(unit: Unit) -> None:
    (found,) = prove_component(unit, Counter("rare"))
    assert found.witness == {"step": 2, "go": 1, "now": 11}


def test_a_question_without_an_answer_is_no_pass(tmp_path: Path) -> None:
    product = """\
# product

## Signals
| name | kind | type |
|---|---|---|
| a | in | unsigned(40) |
| b | in | unsigned(40) |
| c | out | unsigned(80) |

## Table multiply (unique)
| row | => | c |
|---|---|---|
| always | => | a * b |
"""
    (tmp_path / "product.lct.md").write_text(product)

    class Product(wiring.Component):
        def __init__(self) -> None:
            super().__init__({"a": In(40), "b": In(40), "c": Out(80)})

        def elaborate(self, platform: Any) -> Module:
            del platform
            m = Module()
            low, high = self.a[:20] * self.b, self.a[20:] * self.b
            m.d.comb += self.c.eq(low + high.shift_left(20))
            return m

    found = prove_component(Library(tmp_path).unit("product"), Product(), limit=0.2)
    assert [d.verdict for d in found] == ["unknown"]
