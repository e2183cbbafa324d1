"""The AXI4-Streams of a side of the mesh: masters and sinks of others, and every beat there is."""

from __future__ import annotations

import shutil
from random import Random

import numpy as np
import pytest
from numpy.typing import NDArray

from spikewright.golden import SIDES, Architecture
from spikewright.hdl.links import AxisLink
from spikewright.verif.link_beats import KINDS, WHOLE, Beat, Side, pauses
from spikewright.verif.link_runs import LINKED, run_axis_link
from spikewright.verif.unit_runs import PAIRS
from spikewright.verif.vectors import VerilatedUnit

Words = NDArray[np.uint64]

needs_icarus = pytest.mark.skipif(shutil.which("iverilog") is None, reason="Icarus is not there")

# One side that takes turns along y and one along x; the other two are their mirror images.
EACH_SIDE = [pytest.param(s, marks=[] if s in "west north" else pytest.mark.nightly) for s in SIDES]

LATENCY = 1
"""Cycles from a beat to its port."""


@pytest.mark.slow
@pytest.mark.parametrize("side", EACH_SIDE)
def test_streams_of_axi_under_every_pair_of_patterns(side: str) -> None:
    report = run_axis_link(side, seed=1)
    assert report.ok, report.to_dict()
    assert len(report.records) == len(PAIRS) + len(Side(LINKED, side).kinds)
    assert report.reached["malformed"] > 500


@pytest.mark.slow
@needs_icarus
def test_icarus_agrees_about_streams_of_axi() -> None:
    report = run_axis_link("south", "icarus", seed=2)
    assert report.ok, report.to_dict()


def every_beat(side: Side) -> tuple[Words, Words]:
    """Return data and keep: every packet at every port and one beyond, and every stray bit."""
    packets = np.arange(1 << 16, dtype=np.uint64)
    positions = np.arange(side.positions + 1, dtype=np.uint64)
    whole = (packets | positions[:, None] << np.uint64(32)).ravel()
    rng = Random(3)
    good = np.array([side.good(rng).data for _ in range(100)], np.uint64)
    bits = np.array([1 << bit for bit in range(64)], np.uint64)
    stray = (good[:, None] ^ bits).ravel()
    some = np.resize(good, 1 << 8)
    keep = np.full(len(whole) + len(stray), WHOLE, np.uint64)
    data = np.concatenate([whole, stray, some])
    return data, np.concatenate([keep, np.arange(1 << 8, dtype=np.uint64)])


@pytest.mark.slow
@pytest.mark.parametrize("side", EACH_SIDE)
def test_every_beat_passes_or_is_counted(side: str) -> None:
    rules = Side(LINKED, side)
    data, keep = every_beat(rules)
    legal = np.array(
        [rules.legal(Beat(d, k)) for d, k in zip(data.tolist(), keep.tolist(), strict=True)]
    )
    idle = np.zeros(LATENCY + 1, np.uint64)
    inputs: dict[str, object] = {
        "s_axis_tdata": np.concatenate([data, idle]),
        "s_axis_tkeep": np.concatenate([keep, idle]),
        "s_axis_tvalid": np.arange(len(data) + len(idle)) < len(data),
        "s_axis_tlast": 1,
        "m_axis_tready": 1,
        "clear": 0,
    }
    for p in range(rules.positions):
        inputs |= {f"entering_{p}__ready": 1, f"leaving_{p}__valid": 0, f"leaving_{p}__payload": 0}
    with VerilatedUnit.from_amaranth(AxisLink(LINKED, side), "axis_link") as unit:
        unit.reset()
        got = unit.run(inputs)  # type: ignore[arg-type]
    assert got["s_axis_tready"].all()
    passed = np.zeros(len(legal), np.bool_)
    for p in range(rules.positions):
        valid = got[f"entering_{p}__valid"][LATENCY : len(legal) + LATENCY] > 0
        payload = got[f"entering_{p}__payload"][LATENCY : len(legal) + LATENCY]
        mine = legal & (data >> np.uint64(32) == p)
        np.testing.assert_array_equal(valid, mine)
        np.testing.assert_array_equal(payload[valid], (data & np.uint64(0xFFFF_FFFF))[mine])
        passed |= valid
    np.testing.assert_array_equal(passed, legal)
    # Far more than the counter can hold.
    counted = np.minimum(np.cumsum(~legal), 0xFFFF)
    assert counted[-1] == 0xFFFF
    np.testing.assert_array_equal(got["malformed"][1 : len(legal) + 1], counted)


@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize("architecture", [LINKED, Architecture.preset("tiny")])
def test_bad_beats_are_bad(side: str, architecture: Architecture) -> None:
    """Each kind breaks a rule, and no good beat does; the bench has all kinds that can be."""
    rules, rng = Side(architecture, side), Random(5)
    assert all(rules.legal(rules.good(rng)) for _ in range(200))
    for kind in rules.kinds:
        assert not any(rules.legal(rules.bad(kind, rng)) for _ in range(200))
    never = set(KINDS) - set(rules.kinds)
    assert never <= {"axon", "across"}
    assert ("across" in never) == (side in ("west", "east"))
    assert ("axon" in never) == (architecture.axons == 16)


def test_pauses_are_runs_cycle_by_cycle() -> None:
    assert pauses([(2, 1), (0, 2)]) == [False, False, True, True, True]
