"""Amaranth that nobody vouches for, on its way to the legs."""

import pytest

from spikewright.lct.front.refusal import Refused
from spikewright.lct.generate_verilog import verilog_text
from spikewright.lct.legs import Hdl, judge, load_hdl
from spikewright.lct.library import Library

UNIT = Library().unit("to_local")


def refusal(text):
    with pytest.raises(Refused) as found:
        load_hdl(UNIT, Hdl(text=text, language="amaranth", top="ToLocal"))
    return found.value.rule, str(found.value)


@pytest.mark.parametrize(
    ("text", "rule", "sentence"),
    [
        (
            "import os\nclass ToLocal: pass\n",
            "forbidden", "to_local.py:1:1: a unit does not import os",
        ),
        (
            "class ToLocal(:\n",
            "syntax", "to_local.py:1: a text is Python, not this: invalid syntax",
        ),
    ],
)  # fmt: skip
def test_amaranth_is_held_against_the_allow_list_and_named_by_its_unit(text, rule, sentence):
    # No folder of this machine is in it: it goes back to the model, and must be the same next time.
    assert refusal(text) == (rule, sentence)


def test_what_is_stopped_is_the_encoders():
    hdl = Hdl(text="import socket\nclass ToLocal: pass\n", language="amaranth", top="ToLocal")
    legs = judge(UNIT, hdl, None)
    assert (legs.verdict, legs.encoder.verdict, legs.decoder.verdict) == (
        "encoder", "different", "none",
    )  # fmt: skip
    assert legs.encoder.sentence == (
        "the HDL is refused (forbidden): to_local.py:1:1: a unit does not import socket"
    )


def test_a_row_of_the_decoder_is_filled_in_with_both_sides():
    table = "\n".join(UNIT.document.lines)
    wrong = table.replace("| delivery.ready | 1 |", "| delivery.ready | 0 |")
    hdl = Hdl(text=verilog_text("to_local"), language="verilog", top="to_local")
    (cell,) = judge(UNIT, hdl, wrong).decoder.cells
    assert (cell.row, cell.column, cell.shown["expected"], cell.shown["actual"]) == (
        "deliver", "delivery.valid", "1", "0",
    )  # fmt: skip
