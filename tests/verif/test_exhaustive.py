"""Every case of the units, in widths that are small enough for it."""

import shutil
from pathlib import Path

import numpy as np
import pytest

from spikewright.hdl.parameters import accepted
from spikewright.lct.library import UNITS, Library
from spikewright.lct.load import load_class
from spikewright.verif import exhaustive
from spikewright.verif.errors import ToolError
from spikewright.verif.exhaustive import CHECKS, TINY, exhaust
from spikewright.verif.fault_runs import FAULTS
from spikewright.verif.rig import Mismatch, Rig, compare, grid

# What the checks run through; a smaller number would mean that cases went missing.
VECTORS = {
    "scheduler_control-tiny": 84_497,
    "scheduler_control-odd": 84_497,
    "synapse_scan-tiny": 2**16,
    "look_up-tiny": 2 * 16 * 16,
    "weigh-tiny": 14_613,
    "random_draw-tiny": 219_095,
    "synaptic_integration-tiny": 193 * 2**4 * 2**3 * 2,
    "synaptic_integration-wrapping": 2**6 * 2**5 * 2**4 * 2,
    "leak_and_clamp-tiny": 2**9 * 2**4 * 2**3 * 4,
    "leak_and_clamp-wrapping": 2**6 * 2**4 * 2**3 * 4,
    "threshold_fire_reset-micro": 25 * 4 * 3 * 2 * 8 * 8 * 25,
    "threshold_fire_reset-wrapping": 2**4 * 4 * 3 * 2 * 8 * 8 * 2**4,
    "threshold_fire_reset-inclusive": 2**4 * 4 * 3 * 2 * 8 * 8 * 2**4,
    "threshold_fire_reset-tiny": 2 * 193 * 32 * 3 * 2 * 64,
    "spike_sender-tiny": 2**21,
    "configuration-odd": 2 * 328_976,
    "input_buffer-tiny": 4**8,
    "from_local-tiny": 2**16 * 2**6,
    "forward_east-tiny": 2**15 * 2**5,
    "forward_west-tiny": 9 * 2**12 * 2**5,
    "forward_north-tiny": 2**11 * 2**3,
    "forward_south-tiny": 9 * 2**8 * 2**3,
    "to_local-tiny": 2**18,
}


def test_each_check_has_its_number():
    assert list(VECTORS) == list(CHECKS)


@pytest.mark.parametrize("name", CHECKS)
def test_every_case(name):
    assert exhaust(name).vectors == VECTORS[name]


@pytest.mark.parametrize(
    ("fault", "widths"),
    [
        ("silent-axons-count", "tiny"),
        ("draws-while-stalled", "tiny"),
        ("neuron-overwritten", "tiny"),
        ("packet-overwritten", "tiny"),
        ("sum-saturates", "wrapping"),
        ("inclusive-ignored", "inclusive"),
    ],
)
def test_a_fault_is_found(fault, widths, tmp_path):
    shutil.copytree(UNITS, tmp_path, dirs_exist_ok=True)
    for file, text in FAULTS[fault].sources(UNITS.parent.parent).items():
        (tmp_path / Path(file).name).write_text(text, encoding="utf-8")
    unit = FAULTS[fault].edits[0].unit
    check = CHECKS[f"{unit}-{widths}"]
    component = load_class(unit, Library(tmp_path))
    faulty = component(**accepted(component, check.architecture))
    rig = Rig(unit, check.architecture, component=faulty)
    with pytest.raises(Mismatch, match=f"^{unit}: "):
        check.run(rig)


def test_a_check_says_what_its_cases_are():
    assert (
        CHECKS["to_local-tiny"].cases == "Every packet, and none, with and without back-pressure."
    )


def test_an_unknown_check_is_refused():
    with pytest.raises(ToolError, match=r"^Check must be one of scheduler_control-tiny, .*'x'$"):
        exhaust("x")


def test_a_check_that_runs_nothing_fails(monkeypatch):
    check = exhaustive.Check(unit="to_local", widths="tiny", architecture=TINY, run=lambda _: 0)
    monkeypatch.setitem(CHECKS, "to_local-tiny", check)
    with pytest.raises(ToolError) as caught:
        exhaust("to_local-tiny")
    assert str(caught.value) == "Check to_local-tiny must run at least one case, and ran none"


def test_a_difference_is_told_with_its_inputs():
    inputs = {"V": np.array([3, 4, 5])}
    with pytest.raises(Mismatch) as caught:
        compare("leak", {"out": np.array([1, 2, 2])}, {"out": np.array([1, 0, 0])}, inputs)
    assert str(caught.value) == ("leak: out must be 0, not 2, where V 4 (2 of 3 rows differ)")


def test_a_grid_leaves_nothing_out():
    chunks = list(grid({"a": [5, 6], "b": [0, 1, 2]}, chunk=4))
    assert [len(chunk["a"]) for chunk in chunks] == [4, 2]
    rows = [pair for chunk in chunks for pair in zip(chunk["a"], chunk["b"], strict=True)]
    assert rows == [(5, 0), (5, 1), (5, 2), (6, 0), (6, 1), (6, 2)]
