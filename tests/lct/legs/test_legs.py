"""Where faults are, with planted faults in HDL, in the decoded table, and in both."""

from collections.abc import Iterator

import pytest

from spikewright.lct.front.elaborator import Elaborator
from spikewright.lct.generate_verilog import verilog_text
from spikewright.lct.legs import Hdl, Legs, judge
from spikewright.lct.library import Library

UNIT = "forward_east"
TABLE = Library().read(UNIT).decode()


@pytest.fixture(scope="module")
def elaborator() -> Iterator[Elaborator]:
    with Elaborator() as found:
        yield found


def test_right_work_is_clean(elaborator: Elaborator) -> None:
    hdl = Hdl(verilog_text(UNIT), "verilog", UNIT)
    legs = judge(Library().unit(UNIT), hdl, TABLE, elaborator=elaborator)
    assert legs.verdict == "clean"
    assert legs.text_same
    assert {r.verdict for r in legs.rows} == {"clean"}
    assert legs.table1.startswith(f"# {UNIT}")
    assert Legs.from_json(legs.to_json()) == legs


def test_no_answers(elaborator: Elaborator) -> None:
    legs = judge(Library().unit(UNIT), None, None, elaborator=elaborator)
    assert (legs.verdict, legs.encoder.verdict, legs.decoder.verdict) == ("encoder", "none", "none")
