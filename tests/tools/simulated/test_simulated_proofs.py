"""Tables and HDL held against each other by yosys, seen through the original."""

from __future__ import annotations

from spikewright.lct.decoder.polish import read
from spikewright.lct.library import Library
from spikewright.tools.simulated.members import Stage
from spikewright.tools.simulated.proofs import Job, Side, prove_all, sides_of_tables
from spikewright.verif.mutant_truth_hdl import cut
from spikewright.verif.mutation_bases import verilog_base

UNIT = "to_local"
VALUE = "Delivery(slot = packet.payload.slot, axon = packet.payload.axon)"


def test_what_is_the_same_and_what_is_not() -> None:
    library = Library()
    unit, text = library.unit(UNIT), library.read(UNIT).decode()
    # The original leaves open what is on offer where nothing is.
    texts = {
        "t0": text,
        "filled": text.replace("| * |", "| Delivery(slot = 1, axon = 2) |"),
        "zeros": text.replace("| * |", "| Delivery(slot = 0, axon = 0) |"),
        "open": text.replace(VALUE, "*"),
        "rare": text.replace(
            VALUE, VALUE.replace("slot, axon = ", "slot, axon = 7 if packet.payload.dx == 99 else ")
        ),
    }
    assert len(set(texts.values())) == len(texts)
    units = {n: read(t, UNIT) for n, t in texts.items()}
    base = verilog_base(UNIT)
    hdl = {"good": base, "bad": base.replace("delivery__valid = 1'h1", "delivery__valid = 1'h0")}
    assert hdl["bad"] != base
    cuts = {n: cut(t, unit, n) for n, t in hdl.items()}
    sides = sides_of_tables({n: (units[n], t) for n, t in texts.items()}, library)
    sides |= {n: Side(n, c) for n, c in cuts.items()}
    expected = {
        ("t0", "filled"): "same",
        ("t0", "zeros"): "same",
        ("t0", "open"): "different",
        ("t0", "rare"): "different",
        ("t0", "good"): "same",
        ("t0", "bad"): "different",
        ("good", "t0"): "same",
        # The HDL offers zeros there.
        ("good", "filled"): "different",
        ("good", "zeros"): "same",
        ("good", "open"): "different",
        ("good", "rare"): "different",
        ("bad", "t0"): "different",
    }
    jobs = [Job(f"{a}_{b}", sides[a], sides[b]) for a, b in expected]
    found = prove_all(unit, sides["t0"], jobs, 20.0)
    assert found == {f"{a}_{b}": verdict for (a, b), verdict in expected.items()}

    stage = Stage(unit, 1, 60, 60)
    ran = stage.hdl(cuts) | {n: stage.table(n, u) for n, u in units.items()}
    for (a, b), verdict in expected.items():
        wrong = stage.against_original(ran[b]) if a == "t0" else list(stage.differs(ran[a], ran[b]))
        # What is rare is for the proof to find; what vectors find is true.
        assert bool(wrong) == (verdict == "different" and b != "rare"), (a, b)
    assert stage.rows(stage.against_original(ran["bad"])) == ("hand_over.deliver",)
