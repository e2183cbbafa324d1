"""Whatever a model puts around its HDL or table, the same text comes out; garbage never raises."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from functools import cache
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spikewright.lct.compile import class_name, compile_unit
from spikewright.lct.library import Library
from spikewright.tools.llm.answer import LONGEST, Answer, Malformed, Want, extract, prolong
from spikewright.tools.llm.skeleton import verilog_skeleton
from spikewright.tools.llm.table_answer import fill_table

UNITS = ("forward_east", "input_buffer", "leak_and_clamp", "router")
WANTS: tuple[Want, ...] = ("verilog", "amaranth", "table")
LANGUAGE = {"verilog": "verilog", "amaranth": "python", "table": "markdown"}

few = settings(max_examples=60, deadline=None, derandomize=True)


@cache
def text_of(name: str, want: Want) -> str:
    """A text as a model should write it."""
    unit = Library().unit(name)
    if want == "verilog":
        return verilog_skeleton(unit) + "\n"
    if want == "amaranth":
        return compile_unit(unit)
    return "\n".join(unit.document.lines) + "\n"


def top_of(name: str, want: Want) -> str:
    return class_name(name) if want == "amaranth" else name


def fence(text: str, word: str, mark: str = "```") -> str:
    return f"{mark}{word}\n{text}{mark}"


WRAPPINGS: dict[str, Callable[[str, str], str]] = {
    "bare": lambda text, _: text,
    "fence": lambda text, _: fence(text, ""),
    "named fence": fence,
    "upper case": lambda text, word: fence(text, word.upper()),
    "long fence": lambda text, word: fence(text, word, "`````"),
    "tildes": lambda text, word: fence(text, word, "~~~"),
    "file name": lambda text, word: fence(text, f"{word} file=unit.txt"),
    "after a colon": lambda text, word: f"Here it is: {fence(text, word)}\nDone.",
    "indented": lambda text, word: "  " + fence(text, word).replace("\n", "\n  "),
    "no end": lambda text, word: fence(text, word).removesuffix("```"),
    "end at once": lambda text, word: fence(text.rstrip("\n"), word),
    "json": lambda text, word: json.dumps({"table" if word == "markdown" else "hdl": text}),
    "json in a fence": lambda text, _: fence(json.dumps({"hdl": text}, indent=1) + "\n", "json"),
    "json with more": lambda text, _: json.dumps({"notes": ["a"], "code": text, "ok": True}),
    "json in prose": lambda text, _: f"The object:\n{json.dumps({'hdl': text})}\nDone.",
    "fence in json": lambda text, word: json.dumps({"hdl": fence(text, word)}),
    "raw line ends in json": lambda text, _: json.dumps({"hdl": text}).replace("\\n", "\n"),
    "escaped": lambda text, _: json.dumps(text)[1:-1],
    "another block before": lambda text, word: f"{fence('x = 1', '')}\nthen\n{fence(text, word)}",
    "another block after": lambda text, word: (
        f"{fence(text, word)}\nRun it:\n{fence('make', 'sh')}"
    ),
}
AROUND: dict[str, Callable[[str], str]] = {
    "nothing": lambda text: text,
    "prose": lambda text: f"Sure, I can't wait to help!\n\n{text}\n\nWidths follow the table.\n",
    "thoughts": lambda text: f"<think>\nFirst:\n```\nmodule no;\n```\n</think>\n{text}",
    "thoughts without a beginning": lambda text: f"So it must be.\n</think>\n\n{text}",
    "crlf": lambda text: text.replace("\n", "\r\n"),
    "bom": lambda text: f"\ufeff{text}",
    "blanks that do not break": lambda text: text.replace("  ", " \u00a0"),
    "blank lines": lambda text: f"\n\n{text}\n\n \n",
}


@pytest.mark.parametrize("wrapping", WRAPPINGS)
@pytest.mark.parametrize("want", WANTS)
def test_the_text_comes_out_of_every_wrapping(want: Want, wrapping: str) -> None:
    for name, around in product(UNITS, AROUND):
        text = text_of(name, want)
        said = AROUND[around](WRAPPINGS[wrapping](text, LANGUAGE[want]))
        found = extract(said, want, name=top_of(name, want))
        assert isinstance(found, Answer), (name, around, found)
        assert found.text == text, (name, around)
        assert found.complete, (name, around)


lines = st.text(
    st.characters(codec="ascii", exclude_categories=["C"], exclude_characters="`~<"), max_size=40
).map(str.rstrip)


@few
@given(
    st.lists(lines, max_size=12),
    # So short a text has more line ends around it than in it, escaped or not.
    st.sampled_from(sorted(WRAPPINGS.keys() - {"escaped"})),
    st.sampled_from(sorted(AROUND)),
)
def test_any_lines_between_module_and_endmodule_come_out_exactly(
    body: list[str], wrapping: str, around: str
) -> None:
    inner = [
        x for x in body if "module" not in x and '"' not in x and "/*" not in x and "\\" not in x
    ]
    text = "\n".join(["module unit (", *inner, "endmodule", ""])
    found = extract(AROUND[around](WRAPPINGS[wrapping](text, "verilog")), "verilog", name="unit")
    shown = AROUND[around](text) if around == "blanks that do not break" else text
    assert isinstance(found, Answer)
    assert found.text == shown.replace("\u00a0", " ")


@settings(max_examples=400, deadline=None, derandomize=True)
@given(st.text(max_size=300), st.sampled_from(WANTS), st.sampled_from(["stop", "length", ""]))
def test_garbage_is_an_answer_or_malformed(text: str, want: Want, finish: str) -> None:
    assert isinstance(extract(text, want, finish=finish, name="unit"), Answer | Malformed)


pieces = st.sampled_from(
    [
        *("```", "~~~", "```json\n", "{", "}", '{"hdl": "', '"}', "\\n", "\\u", "\\", '"', "|---|"),
        *("<think>", "</think>", "module unit (", "endmodule", "class Unit(", ":", "import x"),
        *("# unit", "## Signals", "| a |", "\n", "\r", "\u00a0", "\ud800", "\x00", "\x1b[31m"),
        *("I'm sorry", "[[[[", "'''", "(" * 300),
    ]
)


@settings(max_examples=300, deadline=None, derandomize=True)
@given(st.lists(pieces, max_size=14), st.lists(pieces, max_size=6), st.sampled_from(WANTS))
def test_rubble_of_answers_never_raises(first: list[str], more: list[str], want: Want) -> None:
    raw = "".join(first)
    found = extract(raw, want, finish="length", name="unit")
    on = prolong(raw, found, "".join(more), want, name="unit")
    for each in (found, on):
        assert isinstance(each, Answer | Malformed)
        if isinstance(each, Answer):
            each.text.encode("utf-8")
            assert "\r" not in each.text
            assert "\x1b" not in each.text


CONTINUED: dict[str, Callable[[str, int], str]] = {
    "the rest": lambda whole, at: whole[at:],
    "the last line again": lambda whole, at: whole[whole.rfind("\n", 0, at) + 1 :],
    "five lines again": lambda whole, at: whole[_back(whole, at, 5) :],
    "all again": lambda whole, _: whole,
}


def unindented(text: str) -> list[str]:
    return [line.strip() for line in text.split("\n")]


def _back(text: str, at: int, lines: int) -> int:
    for _ in range(lines):
        at = max(text.rfind("\n", 0, at), 0)
    return at + 1 if at else 0


@pytest.mark.parametrize("form", ["bare", "named fence", "json"])
@pytest.mark.parametrize("how", CONTINUED)
@pytest.mark.parametrize("want", WANTS)
def test_an_answer_that_was_cut_goes_on(want: Want, how: str, form: str) -> None:
    """Cut at places all over the text; the server goes on in the form that it began with."""
    for name in UNITS[:3]:
        text = text_of(name, want)
        whole = WRAPPINGS[form](text, LANGUAGE[want])
        if form == "json" and how != "the rest":
            continue
        for part in range(2, 9):
            at = len(whole) * part // 9
            raw = whole[:at]
            found = extract(raw, want, finish="length", name=top_of(name, want))
            on = prolong(raw, found, CONTINUED[how](whole, at), want, name=top_of(name, want))
            assert isinstance(on, Answer), (name, part)
            assert on.complete, (name, part)
            # A cut within indentation leaves two readings; in Python only one of them parses.
            same = str if want == "amaranth" else unindented
            assert same(on.text) == same(text), (name, part)


@pytest.mark.parametrize("how", ["the rest", "the last line again"])
def test_rows_of_a_table_go_on_wherever_they_were_cut(how: str) -> None:
    """Between two signs, too: a row has as many cells as its header."""
    text = text_of("input_buffer", "table")
    whole = fence(text, "markdown")
    for at in range(40, len(whole) - 6, 13):
        found = extract(whole[:at], "table", finish="length", name="input_buffer")
        on = prolong(whole[:at], found, CONTINUED[how](whole, at), "table", name="input_buffer")
        assert isinstance(on, Answer), at
        assert on.text == text, at


@pytest.mark.parametrize("how", ["the rest", "the last line again", "all again"])
def test_an_answer_in_json_goes_on_in_a_fence_or_a_new_object(how: str) -> None:
    text = text_of("input_buffer", "amaranth")
    whole = json.dumps({"hdl": text})
    raw = whole[: len(whole) // 2]
    found = extract(raw, "amaranth", finish="length", name="InputBuffer")
    assert isinstance(found, Answer)
    assert text.startswith(found.text)
    rest = CONTINUED[how](text, len(found.text))
    for more in (json.dumps({"hdl": rest}), fence(rest, "python"), f"Going on:\n{fence(rest, '')}"):
        on = prolong(raw, found, more, "amaranth", name="InputBuffer")
        assert isinstance(on, Answer)
        assert on.text == text


def test_a_cut_is_told_from_a_whole_text() -> None:
    for name in UNITS:
        for want in WANTS:
            text = text_of(name, want)
            half = text[: len(text) // 2]
            for said in (half, f"```\n{half}", json.dumps({"hdl": half})[:-2]):
                found = extract(said, want, finish="length", name=top_of(name, want))
                assert isinstance(found, Answer), (name, want)
                assert not found.complete, (name, want)
                assert "cut off" in found.notes


def test_of_several_blocks_the_last_whole_one_that_names_the_unit() -> None:
    draft = "module unit (input a);\nassign b = 0;\nendmodule\n"
    final = "module unit (input a, output b);\nassign b = a;\nendmodule\n"
    bench = "module unit_tb;\nunit dut (.a(a));\nendmodule\n"
    said = (
        f"{fence(draft, 'verilog')}\nNo:\n{fence(final, 'verilog')}\nTest it:\n{fence(bench, '')}"
    )
    found = extract(said, "verilog", name="unit")
    assert isinstance(found, Answer)
    assert found.text == final


def test_modules_of_its_own_in_blocks_of_their_own() -> None:
    inner = "module adder (input a, output b);\nassign b = a;\nendmodule\n"
    outer = "module unit (input a, output b);\n  adder x (.a(a), .b(b));\nendmodule\n"
    found = extract(
        f"{fence(inner, 'verilog')}\nand\n{fence(outer, 'verilog')}", "verilog", name="unit"
    )
    assert isinstance(found, Answer)
    assert found.text == f"{inner}\n{outer}"


def test_a_table_with_one_block_a_section() -> None:
    signals = "## Signals\n| name | kind | type |\n|---|---|---|\n| a | in | unsigned(1) |\n"
    rows = "## Table t (unique)\n| row | => | b |\n|---|---|---|\n| r | => | a |\n"
    found = extract(f"{fence(signals, '')}\nand\n{fence(rows, '')}", "table", name="unit")
    assert isinstance(found, Answer)
    assert found.text == f"{signals}\n{rows}"


@pytest.mark.parametrize(
    "said",
    [
        "I'm sorry, but I can't help with that request.",
        "I\N{RIGHT SINGLE QUOTATION MARK}m unable to produce this.",
        "As an AI, I do not write hardware.",
        "Unfortunately, I cannot write this module.",
    ],
)
def test_a_refusal_is_told_from_an_answer(said: str) -> None:
    assert extract(said, "verilog") == Malformed("The model declines to answer.", refusal=True)
    assert isinstance(extract(f"{said}\n{text_of('router', 'verilog')}", "verilog"), Answer)


@pytest.mark.parametrize(
    ("said", "want", "sentence"),
    [
        ("", "verilog", "The answer is empty."),
        (" \n\u00a0", "table", "The answer is empty."),
        ("<think>\nlet me", "verilog", "The answer ends within its thoughts."),
        ("The module is easy.", "verilog", "The answer has no Verilog module."),
        ("The class is easy.", "amaranth", "The answer has no Amaranth component."),
        ('{"status": "done", "result": [1, 2,', "table", "The answer has no table."),
        (fence("x = 1\n", "python"), "verilog", "The answer has no Verilog module."),
        (
            "x" * (LONGEST + 1),
            "verilog",
            "An answer has at most 1,048,576 characters, not 1,048,577.",
        ),
    ],
)
def test_what_is_no_answer_has_a_sentence(said: str, want: Want, sentence: str) -> None:
    assert extract(said, want) == Malformed(sentence)


def test_what_nobody_sees_is_left_out_and_noted() -> None:
    found = extract("```\nmodule unit;\x1b[31m\u200b // a\u00a0b\nendmodule\n```", "verilog")
    assert found == Answer(
        "module unit;[31m // a b\nendmodule\n", True, ("odd characters", "fence")
    )


def test_a_second_module_that_was_cut_off_is_no_prose() -> None:
    """Found by a simulated answer of 130 kB, cut within one of its 20 modules."""
    first = "module a;\n  b x ();\nendmodule\n\nmodule b;\n  wire"
    cut = extract(f"```\n{first}", "verilog", finish="length", name="a")
    assert isinstance(cut, Answer)
    assert not cut.complete
    more = "```\n  wire w;\nendmodule\n```"
    found = prolong(f"```\n{first}", cut, more, "verilog", name="a")
    assert found == Answer(f"{first} w;\nendmodule\n", True, ("fence", "continued"))
    # Prose after the last module, cut or not, is still none of it.
    ended = extract("module a;\nendmodule\nI hope that", "verilog", finish="length")
    assert ended == Answer("module a;\nendmodule\n")


HOSTILE = {
    "tildes": "~" * 200_000 + "`",
    "backticks": "`" * 200_000 + "x",
    "fences": "```\n" * 5_000,
    "objects": '{"a":' * 10_000,
    "strings": '{"hdl":"' * 25_000,
    "headings": "## Signals\n" * 4_000,
    "underscores": f"# a\n## table {'_' * 200_000}\n| a |\n|---|",
    "classes": "class A:\n" * 4_000,
    "prose": "import a\nclass A(B):\n" + "this goes on and on\n" * 10_000,
    "modules": "module a; endmodule\n" * 10_000,
    "blocks": "```verilog\nmodule b; endmodule\n```\n" * 1_000,
    "thoughts": "</think>" * 25_000,
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_no_answer_takes_long_to_read(kind: str) -> None:
    """A pattern that tries a line's signs again and again would need hours for one of these."""
    begin = time.process_time()
    for want in WANTS:
        found = extract(HOSTILE[kind], want, finish="length", name="a")
        on = prolong(HOSTILE[kind], found, HOSTILE[kind], want, name="a")
        if isinstance(on, Answer) and want == "table":
            fill_table(on.text, Library().unit("input_buffer"))
    assert time.process_time() - begin < 10
