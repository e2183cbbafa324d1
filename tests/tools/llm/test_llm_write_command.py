"""`spikewright llm encode`, `decode` and `prompts`, with a model that answers by heart."""

from __future__ import annotations

import json
import runpy
from contextlib import contextmanager, nullcontext
from pathlib import Path
from types import SimpleNamespace

import pytest

from spikewright.lct.library import Library
from spikewright.tools import commands_llm_write
from spikewright.tools.llm import client as client_module
from spikewright.tools.llm.client import ModelFailure, Reply
from spikewright.tools.llm.judging import Judges
from spikewright.tools.llm.prompt import PLACES, prompt

here = Path(__file__)
commands = SimpleNamespace(**runpy.run_path(str(here.parent.parent / "command_helpers.py")))
samples = SimpleNamespace(**runpy.run_path(str(here.with_name("roundtrip_helpers.py"))))
GOOD, WRONG, BROKEN = samples.GOOD, samples.WRONG, samples.BROKEN
TABLE = "\n".join(Library().unit("forward_east").document.lines)
ASK = ("--model", "m")
SIMULATED = "SIMULATED: no model wrote this, but Spikewright's own server."


@pytest.fixture(scope="module")
def judges():
    with Judges(1, exact=False) as found:
        yield found


@pytest.fixture
def model(monkeypatch, judges, tmp_path):
    """A model that answers by unit, and the settings that the command asked it with."""
    state = SimpleNamespace(answers={}, simulated=False, settings=None, asked=[])

    def ask(request):
        state.asked.append(request)
        answer = state.answers[request.unit]
        if isinstance(answer, Exception):
            raise answer
        return Reply(
            text=answer, finish="stop", tokens_in=1200, tokens_out=34, simulated=state.simulated
        )

    @contextmanager
    def opened(settings, record, replay=None):
        del record, replay
        state.settings = settings
        yield SimpleNamespace(ask=ask, settings=settings)

    monkeypatch.setattr(client_module, "open_client", opened)
    monkeypatch.setattr(commands_llm_write, "_judges", lambda _: nullcontext(judges))
    monkeypatch.chdir(tmp_path)
    return state


def fence(text: str) -> str:
    return f"```\n{text}```"


def test_hdl_that_is_proven(model) -> None:
    model.answers["forward_east"] = fence(GOOD)
    status, said, wrong = commands.invoke("llm", "encode", "forward_east", *ASK, "--seed", 5)
    assert (status, wrong) == (0, "")
    assert said == (
        "forward_east -> build/llm/forward_east.v: proven equal to its table "
        "(1,200 tokens in, 34 out)\n"
    )
    assert Path("build/llm/forward_east.v").read_text() == GOOD
    assert model.settings.seed == 5


def test_hdl_that_differs_is_written_and_told(model) -> None:
    model.answers["forward_east"] = fence(WRONG)
    model.simulated = True
    status, said, _ = commands.invoke("llm", "encode", "forward_east", *ASK, "-o", "out")
    lines = said.splitlines()
    assert status == 1
    assert lines[0] == SIMULATED
    assert lines[1].startswith("forward_east -> out/forward_east.v: differs from its table: ")
    assert lines[2].startswith("  step, row always: west.payload = (dx=0, dy=0, slot=0, axon=0)")
    assert lines[2].endswith("dx=-1, dy=0, slot=0, axon=0), not (dx=-2, dy=0, slot=0, axon=0)")
    assert Path("out/forward_east.v").read_text() == WRONG


def test_each_unit_has_its_own_end(model) -> None:
    """Written, broken, declined, unheard: what was paid for is kept, the worst decides."""
    model.answers = {
        "forward_east": fence(GOOD),
        "forward_west": fence(BROKEN.replace("forward_east", "forward_west")),
        "merge_east": "I'm sorry, but I can't.\x1b[2J",
        "to_local": ModelFailure("timeout", "It took too long."),
    }
    status, said, _ = commands.invoke("llm", "encode", *model.answers, *ASK, "--json")
    found = {u["unit"]: u for u in json.loads(said)["units"]}
    assert status == 2
    assert list(found) == list(model.answers)
    assert [u["verdict"] for u in found.values()] == ["same", "different", "none", "none"]
    assert [u["file"] is not None for u in found.values()] == [True, True, False, False]
    assert "the HDL is refused (syntax)" in found["forward_west"]["sentence"]
    assert found["merge_east"]["sentence"] == "The model declines to answer."
    assert found["to_local"]["sentence"] == "It took too long."


def test_a_failure_that_is_fatal_keeps_what_there_is(model) -> None:
    model.answers = {
        "forward_east": fence(GOOD),
        "to_local": ModelFailure("auth", "The server refuses the key."),
    }
    status, said, wrong = commands.invoke("llm", "encode", *model.answers, *ASK, "--jobs", 1)
    assert status == 2
    assert wrong == "The server refuses the key.\n"
    assert said.startswith("forward_east -> build/llm/forward_east.v: proven equal")


def test_a_table_that_is_proven_is_printed(model) -> None:
    Path("east.v").write_text(GOOD)
    model.answers["forward_east"] = fence(TABLE + "\n")
    status, said, _ = commands.invoke("llm", "decode", "east.v", "--unit", "forward_east", *ASK)
    assert status == 0
    assert said.startswith("# forward_east\n")
    assert said.endswith("forward_east: proven equal to the HDL (1,200 tokens in, 34 out)\n")
    assert "Carries packets" not in model.asked[0].messages[0]["content"]


def test_a_table_that_is_wrong_is_written_and_told(model) -> None:
    Path("east.v").write_text(GOOD)
    model.answers["forward_east"] = fence(TABLE.replace(*samples.MISREAD) + "\n")
    status, said, _ = commands.invoke(
        "llm", "decode", "east.v", "--unit", "forward_east", *ASK, "-o", "east.lct.md"
    )
    assert status == 1
    assert said.startswith("forward_east -> east.lct.md: differs from the HDL: ")
    assert "dx - 2" in Path("east.lct.md").read_text()


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("encode", "router"), "A model must be named: with --model, in SPIKEWRIGHT_LLM_MODELS or"),
        (
            ("encode", "router", *ASK, "--model", "n"),
            "One model is asked, not 2: name it with --model.",
        ),
        (("encode", "chip", *ASK), "A model writes units of logic tables or instances, and chip "),
        (("encode", "nothing", *ASK), "No unit is called nothing: there are axi_read,"),
        (
            ("encode", "router", *ASK, "-o", "file"),
            "HDL is written into a folder, and file is none.",
        ),
        (
            ("encode", "router", *ASK, "--prompts", "no"),
            "Prompts are read from a folder, and there",
        ),
        (
            ("decode", "file", "--unit", "router", *ASK),
            "HDL is FILE.v, FILE.sv or FILE.py, not file.",
        ),
        (
            ("decode", "no.v", "--unit", "router", *ASK),
            "Cannot use no.v: No such file or directory.",
        ),
        (
            ("decode", "bytes.v", "--unit", "router", *ASK),
            "HDL is UTF-8 text, and byte 0 of bytes.v",
        ),
        (("decode", "bad.v", "--unit", "to_local", *ASK), "bad.v"),
        (("prompts", "--write", "mine"), "Prompts are written where there are none, and there is "),
    ],
)
def test_bad_input(model, arguments, sentence: str) -> None:
    Path("file").write_text("")
    Path("bad.v").write_text("module to_local; initial $finish; endmodul")
    Path("bytes.v").write_bytes(b"\xff")
    Path("mine").mkdir()
    Path("mine/repair.md").write_text("mine")
    status, said, wrong = commands.invoke("llm", *arguments)
    assert status == 2
    assert said == ""
    assert wrong.startswith(sentence) or (sentence == "bad.v" and wrong.startswith("to_local.v:1:"))
    assert model.asked == []


# ---- prompts


def test_prompts_are_copied_out_changed_and_used(model) -> None:
    status, said, _ = commands.invoke("llm", "prompts", "--write", "mine")
    assert (status, said.count("\n")) == (0, len(PLACES))
    assert prompt("decode", Path("mine")) == prompt("decode")
    changed = Path("mine/language.md")
    changed.write_text("In short: {{no place}} {{name}}".replace("{{name}}", ""))
    for name in PLACES:
        same = name not in ("language", "decode", "encode_verilog", "encode_amaranth")
        assert (prompt(name, Path("mine")).digest == prompt(name).digest) == same
    Path("mine/repair.md").unlink()
    model.answers["forward_east"] = fence(GOOD)
    commands.invoke("llm", "encode", "forward_east", *ASK, "--prompts", "mine")
    assert "In short: {{no place}}" in model.asked[0].messages[0]["content"]
    assert model.asked[0].prompt == prompt("encode_verilog", Path("mine")).digest


def test_prompts_are_listed() -> None:
    status, said, _ = commands.invoke("llm", "prompts")
    assert status == 0
    assert [line.split()[0] for line in said.splitlines()] == list(PLACES)
    _, said, _ = commands.invoke("llm", "prompts", "--json")
    assert [p["digest"] for p in json.loads(said)] == [prompt(n).digest for n in PLACES]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("{{name}}", "Prompt repair.md has a place {{rows}}, and none is there."),
        (
            "{{name}} {{rows}} {{table}}",
            "Prompt repair.md has no place {{table}}: its places are name, rows.",
        ),
        (b"\xff", "Prompt repair.md is UTF-8 text, not byte 0 of it."),
    ],
)
def test_places_that_are_missing_or_too_many(tmp_path, monkeypatch, text, sentence) -> None:
    monkeypatch.chdir(tmp_path)
    Path("repair.md").write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(ValueError, match="Prompt") as caught:
        prompt("repair", Path())
    assert str(caught.value) == sentence
