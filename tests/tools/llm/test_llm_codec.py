"""Tables to HDL and HDL to tables by a model that answers by heart."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence

import pytest
from amaranth.hdl import Fragment

from spikewright.lct.compile import class_name, compile_unit
from spikewright.lct.front.allow import check_source
from spikewright.lct.front.elaborator import Elaborator
from spikewright.lct.front.load import load_verilog
from spikewright.lct.generate_verilog import verilog_text
from spikewright.lct.legs import Hdl, judge
from spikewright.lct.library import Library
from spikewright.lct.load import make_component
from spikewright.tools.errors import UserError
from spikewright.tools.llm.converse import CONTINUATIONS
from spikewright.tools.llm.decode import decode, problems
from spikewright.tools.llm.encode import encode, repair
from spikewright.tools.llm.exchange import Reply, Request
from spikewright.tools.llm.prompt import prompt
from spikewright.tools.llm.skeleton import amaranth_skeleton, verilog_skeleton
from spikewright.tools.llm.table_answer import fill_table

LIBRARY = Library()
UNITS = [n for n in LIBRARY.names() if LIBRARY.unit(n).kind in ("logic", "structure")]
BUFFER = LIBRARY.unit("input_buffer")
SOURCE = compile_unit(BUFFER)
TABLE = "\n".join(BUFFER.document.lines) + "\n"
HDL = Hdl(SOURCE, "amaranth", "InputBuffer")
# Python gets a process for each file, Verilog one for all: cheaper to judge.
VERILOG = Hdl(verilog_text("input_buffer", LIBRARY), "verilog", "input_buffer")


night = pytest.mark.nightly


class Model:
    """Answers in turn."""

    def __init__(self, *answers: str | Reply) -> None:
        self.answers = [Reply(text=a, finish="stop") if isinstance(a, str) else a for a in answers]
        self.asked: list[Request] = []

    def __call__(self, request: Request) -> Reply:
        self.asked.append(request)
        return self.answers[len(self.asked) - 1]

    @property
    def last(self) -> str:
        return self.asked[-1].messages[-1]["content"]


def fence(text: str) -> str:
    return f"```\n{text}```"


def roles(messages: Sequence[object]) -> list[str]:
    return [m["role"] for m in messages]  # type: ignore[index]


# ---- the frames that models are given


@pytest.fixture(scope="module")
def elaborator():
    with Elaborator() as process:
        yield process


@pytest.mark.parametrize(
    "name", [n if k % 5 == 0 else pytest.param(n, marks=night) for k, n in enumerate(UNITS)]
)
def test_frames_have_the_ports_of_the_unit(name: str, elaborator: Elaborator) -> None:
    unit = LIBRARY.unit(name)
    design = load_verilog({"unit.v": verilog_skeleton(unit)}, name, elaborator=elaborator)
    for role, ports in (("input", design.inputs), ("output", design.outputs)):
        wanted = {s.name.replace(".", "__"): s.type.width for s in unit.by_role(role)}
        assert ports == wanted
    source = amaranth_skeleton(unit) + "\n"
    check_source(source)
    space: dict[str, object] = {}
    exec(compile(source, "skeleton.py", "exec", dont_inherit=True), space)
    made = space[class_name(name)]()  # type: ignore[operator]
    wanted = make_component(name)
    assert made.signature == wanted.signature
    for component in (made, wanted):
        Fragment.get(component, None)  # it is elaborated, and Amaranth sees that it is used


# ---- encode


@pytest.mark.parametrize("target", ["verilog", "amaranth"])
def test_the_prompt_has_the_table_and_what_its_names_mean(target) -> None:
    model = Model(fence(SOURCE) if target == "amaranth" else fence(verilog_skeleton(BUFFER) + "\n"))
    found = encode(model, BUFFER, LIBRARY, target, "m", 3)
    (request,) = model.asked
    assert (request.purpose, request.unit, request.sample) == ("encode", "input_buffer", 3)
    assert request.prompt == prompt(f"encode_{target}").digest
    assert request.schema is not None
    assert list(request.schema["properties"]) == ["hdl"]
    assert TABLE.rstrip() in model.last
    assert "* `Level`, 2 bits: EMPTY = 0, ONE = 1, TWO = 2" in model.last
    assert "dy = [17:9] signed(9)" in model.last
    assert "{{" not in model.last
    assert found.hdl is not None
    assert found.hdl.top == ("InputBuffer" if target == "amaranth" else "input_buffer")
    assert found.hdl.language == target


def test_a_structure_is_told_of_its_units() -> None:
    model = Model(fence("module router; endmodule\n"))
    encode(model, LIBRARY.unit("router"), LIBRARY, "verilog", "m")
    assert "Unit `merge_local`:\n| name | kind | type |" in model.last
    assert "| through | in stream | Packet |" in model.last


def test_a_text_is_never_read_for_places() -> None:
    """A table, HDL or words of a model with double braces stay as they are."""
    found = prompt("repair").fill(name="{{rows}}", rows="{{name}} {{secret}} \\1")
    assert "`{{rows}}`" in found
    assert "{{name}} {{secret}} \\1" in found


def test_a_repair_goes_on_with_the_conversation_and_tells_rows_only() -> None:
    model = Model(fence(SOURCE), f"<think>hm</think>\n{fence(SOURCE)}")
    first = encode(model, BUFFER, LIBRARY, "amaranth", "m")
    rows = ("table move, row wait: level must be EMPTY, not ONE", "and 2 more that differ")
    second = repair(model, BUFFER, LIBRARY, "amaranth", "m", history=first.history, rows=rows)
    assert roles(model.asked[1].messages) == ["user", "assistant", "user"]
    assert model.asked[1].messages[:2] == first.history
    assert model.asked[1].purpose == "repair"
    assert "* table move, row wait: level must be EMPTY, not ONE\n* and 2 more" in model.last
    assert second.hdl == HDL
    # What it thought is not paid for again.
    assert second.history[-1]["content"] == f"```\n{SOURCE}```"


@pytest.mark.parametrize("cuts", [1, 2, 3])
def test_an_answer_goes_on_until_it_is_whole(cuts: int) -> None:
    whole = fence(SOURCE)
    step = len(whole) // (cuts + 1) + 1
    parts = [whole[k * step : (k + 1) * step] for k in range(cuts + 1)]
    model = Model(*(Reply(text=p, finish="length") for p in parts[:-1]), parts[-1])
    found = encode(model, BUFFER, LIBRARY, "amaranth", "m")
    assert found.hdl == HDL
    assert found.rounds_of_continue == cuts
    assert len(found.replies) == cuts + 1
    assert [r.purpose for r in model.asked] == ["encode"] + ["continue"] * cuts
    assert roles(model.asked[-1].messages) == ["user", *["assistant", "user"] * cuts]
    assert roles(found.history) == ["user", "assistant"]
    tail = parts[-2].rstrip("\n").split("\n")[-1]
    assert tail in model.last


def test_an_answer_in_json_goes_on_until_it_is_whole() -> None:
    whole = json.dumps({"hdl": SOURCE})
    parts = [whole[:40], whole[40:3000], whole[3000:]]
    model = Model(*(Reply(text=p, finish="length") for p in parts[:-1]), parts[-1])
    assert encode(model, BUFFER, LIBRARY, "amaranth", "m").hdl == HDL


def test_an_answer_that_never_ends_is_none() -> None:
    start = f"```\n{SOURCE[:2000]}"
    model = Model(*[Reply(text=start, finish="length")] + ["There is nothing to add."] * 9)
    found = encode(model, BUFFER, LIBRARY, "amaranth", "m")
    assert found.hdl is None
    assert len(model.asked) == 1 + CONTINUATIONS
    assert found.malformed == (
        "The answer is cut off, and did not come to its end in 3 continuations."
    )


@pytest.mark.parametrize(
    ("reply", "refused", "malformed"),
    [
        (Reply(text="", finish="stop", refusal="No."), "The model declines to answer.", ""),
        (
            Reply(text="", finish="content_filter"),
            "The model was stopped by its server's filter.",
            "",
        ),
        (Reply(text="I'm sorry, I can't.", finish="stop"), "The model declines to answer.", ""),
        (Reply(text="Easy.", finish="stop"), "", "The answer has no Amaranth component."),
    ],
)
def test_what_is_no_hdl_has_a_sentence(reply: Reply, refused: str, malformed: str) -> None:
    found = encode(Model(reply), BUFFER, LIBRARY, "amaranth", "m")
    assert (found.hdl, found.refused, found.malformed) == (None, refused, malformed)
    assert found.sentence == refused or malformed


@pytest.mark.parametrize(
    ("name", "has"), [("chip", "types only"), ("axon_sums", "a hand-written class")]
)
def test_units_that_no_model_writes(name: str, has: str) -> None:
    with pytest.raises(UserError) as caught:
        encode(Model(), LIBRARY.unit(name), LIBRARY, "verilog", "m")
    assert str(caught.value) == (
        f"A model writes units of logic tables or instances, and {name} has {has}."
    )


# ---- decode

BARE = TABLE[TABLE.index("## Table offer") :]
"""What a lazy model answers: no title, no Types, no Signals."""

SIGNALS = TABLE[TABLE.index("## Signals") :]


@pytest.fixture(scope="module")
def held(elaborator):
    def legs(text: str):
        return judge(BUFFER, VERILOG, text, elaborator=elaborator, exact=False)

    return legs


def test_a_whole_file_is_judged_as_it_is(held) -> None:
    found = decode(Model(fence(TABLE)), BUFFER, VERILOG, "m")
    assert (found.findings, found.corrected) == ((), False)
    legs = held(found.text)
    assert legs.verdict == "clean"
    assert legs.text_same


def test_known_sections_are_filled_in(held) -> None:
    found = decode(Model(fence(SIGNALS)), BUFFER, VERILOG, "m")
    assert not found.sentence
    assert "| Packet | struct(dx: signed(9)," in found.text
    assert found.text.startswith("# input_buffer\n")
    assert held(found.text).verdict == "clean"


def test_resets_are_the_model_s_own(held) -> None:
    """A wrong one is its error, one that it leaves out goes back to it, once."""
    wrong = SIGNALS.replace("| Level | EMPTY |", "| Level | ONE |")
    found = decode(Model(fence(wrong)), BUFFER, VERILOG, "m")
    legs = held(found.text)
    assert (legs.encoder.verdict, legs.decoder.verdict, legs.verdict) == (
        "same",
        "different",
        "decoder",
    )
    model = Model(fence(BARE), fence(SIGNALS))
    found = decode(model, BUFFER, VERILOG, "m")
    assert "no-reset: register level has no reset value" in model.last
    assert roles(model.asked[1].messages) == ["user", "assistant", "user"]
    assert found.corrected
    assert len(found.replies) == 2
    assert held(found.text).verdict == "clean"


def test_a_table_that_cannot_be_read_goes_back_once(held) -> None:
    broken = TABLE.replace("| one | ONE |", "| one | THREE |")
    model = Model(fence(broken), fence(broken), fence(TABLE))
    found = decode(model, BUFFER, VERILOG, "m")
    assert len(model.asked) == 2
    assert "unknown-name: nothing is called THREE" in model.last
    assert "| one | THREE |" in model.last
    assert found.corrected
    assert "THREE" in found.sentence
    assert held(found.text).verdict == "decoder"


def test_after_a_correction_without_a_table_the_first_one_stays() -> None:
    broken = TABLE.replace("| one | ONE |", "| one | THREE |")
    found = decode(Model(fence(broken), "I'm sorry, I can't."), BUFFER, VERILOG, "m")
    assert "THREE" in found.sentence
    assert "THREE" in found.text


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("# input_buffer", "# The table of the input buffer"),
        ("# input_buffer\n", ""),
        ("## Table offer (unique)", "## **Table `offer` (unique)**"),
        ("## Table offer (unique)", "## 3. Table: offer (Unique)"),
        ("## Signals", "## signals:"),
        ("| Level | EMPTY |", "| Level | 0 |"),
        ("| Level | EMPTY |", "| Level | 2'b00 |"),
        ("| Packet | 0 | the packet", "| Packet | 30'h0 | the packet"),
        ("| occupied | out | unsigned(1) | |", "| occupied | out | unsigned(1) | - |"),
        ("| arrive | in stream | Packet | | from the link |\n", ""),
    ],
)
def test_forms_that_models_like_are_put_right(held, old: str, new: str) -> None:
    assert old in TABLE
    text = fill_table(TABLE.replace(old, new), BUFFER)
    assert problems(text, BUFFER, LIBRARY) == ()
    assert held(text).verdict == "clean"


def test_what_a_model_says_of_signals_is_not_mended(held) -> None:
    """A register that is too narrow stays so: the comparison tells."""
    text = fill_table(
        TABLE.replace("| newest | register | Packet |", "| newest | register | unsigned(29) |"),
        BUFFER,
    )
    assert "| newest | register | unsigned(29) |" in text
    assert held(text).verdict == "decoder"


def test_a_port_that_has_another_name_in_the_hdl_is_not_added() -> None:
    """HDL with a renamed port is read rightly by a table with the same name."""
    text = fill_table(re.sub(r"\barrive\b", "the_arrive", TABLE), BUFFER)
    assert "| the_arrive | in stream |" in text
    assert "| arrive |" not in text
    renamed = Hdl(re.sub(r"\barrive__", "the_arrive__", VERILOG.text), "verilog", "input_buffer")
    found = judge(BUFFER, renamed, text, library=LIBRARY, exact=False)
    assert (found.verdict, found.decoder.verdict) == ("encoder", "same")


def test_a_register_that_the_model_did_not_find_is_not_added() -> None:
    text = fill_table(
        SIGNALS.replace("| newest | register | Packet | 0 | the one behind it |\n", ""), BUFFER
    )
    assert "| newest | register" not in text


def test_another_kind_of_unit_is_told_so() -> None:
    cheat = "# input_buffer\n\n## Instances\n| name | unit |\n|---|---|\n| x | input_buffer |\n\n"
    cheat += "## Connections\n| from | to |\n|---|---|\n| arrive | x.arrive |\n"
    text = fill_table(cheat + TABLE[TABLE.index("## Signals") : TABLE.index("## Table")], BUFFER)
    assert problems(text, BUFFER, LIBRARY) == ("the table has logic tables, not instances",)


@pytest.mark.parametrize("name", ["forward_east", "leak_and_clamp", "router", "core"])
def test_every_known_section_can_be_left_out_but_resets(name: str) -> None:
    unit = LIBRARY.unit(name)
    text = "\n".join(unit.document.lines) + "\n"
    rest = text[text.index("## Signals") :]
    assert problems(fill_table(rest, unit), unit, LIBRARY) == ()
    if not unit.by_role("register"):
        rest = "## " + rest.split("\n## ", 1)[1]
        assert problems(fill_table(rest, unit), unit, LIBRARY) == ()


@pytest.mark.parametrize(
    "text", ["", "|", "# x\n## Signals\n|a|b|\n|---|---|\n|c|", "## Types\n| name |", "((("]
)
def test_garbage_is_filled_and_then_refused(text: str) -> None:
    assert problems(fill_table(text, BUFFER), BUFFER, LIBRARY)


def test_deep_nesting_is_a_sentence() -> None:
    deep = TABLE.replace(
        "| one | ONE | => | 1 |", f"| one | ONE | => | {'(' * 3000}1{')' * 3000} |"
    )
    (sentence,) = problems(fill_table(deep, BUFFER), BUFFER, LIBRARY)
    assert "syntax: an expression nests at most 100 levels deep: name its parts" in sentence
    assert len(sentence) < 700
