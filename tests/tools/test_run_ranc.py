"""RANC's own network, by commands alone: converted, run on every engine, held against its list."""

from __future__ import annotations

import runpy
import tarfile
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from spikewright.golden.recording_file import load_recording

helpers = SimpleNamespace(**runpy.run_path(str(Path(__file__).with_name("command_helpers.py"))))
invoke = helpers.invoke

ARCHIVE = Path(__file__).parents[1] / "data" / "ranc_vmm.tar.xz"
# All neurons of all cores.
WATCH = ("--watch", "0:3,0:3,0:256")
RUN = ("run", "vmm.npz", "--stimulus", "in.csv", "--port", "bus", "--expect", "expected.csv")


@pytest.fixture(autouse=True)
def vmm(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with tarfile.open(ARCHIVE) as archive:
        archive.extractall(tmp_path, filter="data")
    files = ("--stimulus-out", "in.csv", "--expected-out", "expected.csv")
    status, _, message = invoke("convert", "ranc_vmm", "vmm.npz", *files)
    assert status == 0, message


def run(engine):
    status, text, message = invoke(
        *RUN, "--engine", engine, "--out", f"{engine}.npz", *WATCH, "--ticks", 110
    )
    assert status == 0, message
    assert text.endswith("AGREE: 372 events of port bus, as expected.\n")
    return load_recording(f"{engine}.npz")[0]


def assert_same(found, wanted):
    for name in ("spikes_per_tick", "spike_index", "potentials", "late_per_core", "off_mesh"):
        np.testing.assert_array_equal(getattr(found, name), getattr(wanted, name), err_msg=name)
    np.testing.assert_array_equal(found.outputs, wanted.outputs)


def test_golden_model():
    wanted = run("numpy")
    assert len(wanted.outputs) == 372
    assert np.ptp(wanted.potentials) > 0
    pytest.importorskip("numba")
    assert_same(run("numba"), wanted)


@pytest.mark.slow
def test_rtl():
    assert_same(run("rtl"), run("numpy"))


def test_folder_itself_is_a_network():
    status, text, _ = invoke("run", "ranc_vmm", *RUN[2:])
    assert status == 0
    assert text.endswith("AGREE: 372 events of port bus, as expected.\n")


def test_one_event_less():
    lines = Path("expected.csv").read_text().splitlines(keepends=True)
    Path("expected.csv").write_text("".join(lines[:-1]))
    tick, index = lines[-1].strip().split(",")
    status, text, _ = invoke(*RUN)
    assert status == 1
    assert text.endswith(
        f"DIFFER at tick {tick}: event {index} of port bus is there and not expected.\n"
    )
