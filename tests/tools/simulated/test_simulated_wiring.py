"""Units of instances with their connections mixed up."""

from __future__ import annotations

from random import Random

import pytest

from spikewright.lct.front.load import Elaborator
from spikewright.lct.legs import judge
from spikewright.lct.legs.hdl import Hdl
from spikewright.lct.library import Library
from spikewright.tools.simulated.plans import plan
from spikewright.tools.simulated.wiring import mixed_pool, top_of


def test_the_top_has_every_connection() -> None:
    unit = Library().unit("router")
    text = top_of(unit, "router", Random(1))
    for name, instance in unit.instances.items():
        assert f"  {instance.unit.name} {name} (\n" in text
    assert text.count("  assign ") == len(unit.by_role("output"))


@pytest.mark.nightly
def test_wires_that_are_mixed_up_are_found() -> None:
    pool = mixed_pool("router", 1, 3)
    assert {h.faulty for h in pool.hdl} == {False, True}
    unit = Library().unit("router")
    verdicts = set()
    with Elaborator() as elaborator:
        for seed in range(12):
            made = plan(pool, seed, "simulated-careless")
            if made.share == "silent":
                continue
            hdl = Hdl(made.encode.text, "verilog", "router")
            legs = judge(unit, hdl, made.decode.text, elaborator=elaborator, exact=False)
            assert legs.verdict == made.truth.verdict, (seed, made.share)
            verdicts.add(legs.verdict)
    assert {"clean", "encoder"} <= verdicts
