"""The router and its twelve parts, there and back, and once more from records alone."""

import json
import runpy
import time
from pathlib import Path
from types import SimpleNamespace

import pytest

from spikewright.tools.simulated.served import Served

pytestmark = pytest.mark.nightly

here = Path(__file__)
helpers = SimpleNamespace(**runpy.run_path(str(here.parents[1] / "command_helpers.py")))


@pytest.mark.parametrize("target", ["verilog", "amaranth"])
def test_thirteen_units_from_records_in_under_a_minute(target, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    run = (
        "roundtrip", "router", "--with-parts", "--model", "simulated-perfect", "--target", target,
        "--json",
    )  # fmt: skip
    with Served(wire=False) as server:
        status, out, _ = helpers.invoke(*run, "--base-url", server.base_url)
    first = json.loads(out)
    assert (status, first["planned"], first["simulated"]) == (0, 13, True)
    begin = time.monotonic()
    status, out, _ = helpers.invoke(*run, "--replay", "llm-records.sqlite")
    seconds = time.monotonic() - begin
    again = json.loads(out)
    # There, back, and what was cut off in between.
    asked = first["account"]["requests"]
    assert asked >= 26
    assert (status, again["account"]["requests"], again["account"]["replayed"]) == (0, 0, asked)
    assert [t["unit"] for t in again["trips"]] == [t["unit"] for t in first["trips"]]
    assert {t["verdict"] for t in again["trips"]} == {"clean"}
    assert all(r["legs"]["table1"] for t in again["trips"][:-1] for r in t["rounds"])
    assert seconds < 60, seconds
