"""`spikewright roundtrip` from end to end: over loopback, from records, stopped, accepted."""

import json
import runpy
import socket
from contextlib import nullcontext
from pathlib import Path
from types import SimpleNamespace

import pytest

from spikewright.lct.library import Library
from spikewright.tools import commands_roundtrip, console
from spikewright.tools.llm.judging import Judges

here = Path(__file__)
files = (
    here.with_name("roundtrip_helpers.py"),
    here.with_name("client_helpers.py"),
    here.parents[1] / "command_helpers.py",
)
helpers = SimpleNamespace(**{n: v for f in files for n, v in runpy.run_path(str(f)).items()})
UNIT, GOOD, WRONG, invoke = helpers.UNIT, helpers.GOOD, helpers.WRONG, helpers.invoke
TABLE = "\n".join(Library().unit(UNIT).document.lines)


@pytest.fixture(scope="module")
def judges():
    with Judges(1) as found:
        yield found


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch, judges):
    monkeypatch.chdir(tmp_path)
    # One process for all these tests; and a slow machine would print how far it is.
    monkeypatch.setattr(commands_roundtrip, "_judges", lambda *_: nullcontext(judges))
    monkeypatch.setattr(console, "QUIET_SECONDS", 1e9)
    for name in ("OPENAI_API_KEY", "OPENAI_BASE_URL", "SPIKEWRIGHT_LLM_MODELS"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


def answering(encode, repair=GOOD):
    """What a server does that writes this HDL, and reads every HDL back as the right table."""

    def step(handler):
        messages = handler.body["messages"]
        text = encode if "Table route" in messages[0]["content"] else TABLE
        text = repair if len(messages) > 1 else text
        usage = {"prompt_tokens": 100, "completion_tokens": 2000}
        helpers.says(helpers.answer(f"```\n{text}\n```", usage=usage))(handler)

    return step


def plainly(text):
    """A result without what differs from run to run."""
    found = json.loads(text)
    found.pop("account")
    for trip in found["trips"]:
        trip.pop("seconds")
        for n in trip["rounds"]:
            for leg in ("encoder", "decoder", "loop"):
                n["legs"][leg].pop("seconds")
    for numbers in found["numbers"].values():
        numbers.pop("seconds")
    found["settings"].pop("base_url")
    return found


def test_a_repaired_trip_and_its_replay_without_a_server():
    with helpers.serving(answering(WRONG)) as server:
        run = ("roundtrip", UNIT, "--model", "m", "--base-url", server.url, "--json")
        status, out, err = invoke(*run)
        assert (status, err) == (0, "")
        assert len(server.bodies) == 4
        # Again: nothing that was paid for is asked again.
        assert plainly(invoke(*run)[1]) == plainly(out)
        assert len(server.bodies) == 4
    found = json.loads(out)
    (trip,) = found["trips"]
    assert (trip["first"], trip["verdict"], trip["rounds_to_clean"]) == ("both", "clean", 2)
    assert trip["rounds"][0]["legs"]["cancels"] is True
    assert found["account"]["requests"] == 4
    # The server is gone.
    status, again, err = invoke(
        "roundtrip", UNIT, "--model", "m", "--replay", "llm-records.sqlite", "--json",
        "-o", "matrix.svg",
    )  # fmt: skip
    assert (status, err) == (0, "")
    assert Path("matrix.svg").read_text().startswith("<svg xmlns")
    assert plainly(again) == plainly(out)
    assert json.loads(again)["account"]["requests"] == 0


def test_a_fault_is_shown_and_written(folder):
    with helpers.serving(answering(WRONG, WRONG)) as server:
        status, out, err = invoke(
            "roundtrip", UNIT, "--model", "m", "--base-url", server.url, "--rounds", "1",
            "-o", "matrix.html",
        )  # fmt: skip
    assert (status, err) == (1, "")
    assert "(dx=-1, dy=0, slot=0, axon=0) is expected" in out
    assert "<html" in (folder / "matrix.html").read_text()


def test_what_is_accepted_is_checked_again(folder):
    with helpers.serving(answering(GOOD)) as server:
        status, out, _ = invoke(
            "roundtrip", UNIT, "--model", "m", "--base-url", server.url, "--accept",
            "--accept-to", "mine", "-o", "matrix.json",
        )  # fmt: skip
    assert status == 0
    assert f"{UNIT}: accepted as mine/{UNIT}.v" in out
    assert json.loads((folder / "matrix.json").read_text())["trips"][0]["accepted"]
    check = ("roundtrip", "--check-accepted", "--accept-to", "mine")
    assert invoke(*check) == (
        0, f"mine/{UNIT}.v: proven anew\n1 accepted files, 0 of them wrong\n", "",
    )  # fmt: skip
    file = folder / "mine" / f"{UNIT}.v"
    file.write_text(file.read_text().replace("dx - 9'sd1", "dx - 9'sd2"))
    status, out, _ = invoke(*check, "--json")
    assert (status, json.loads(out)) == (
        1,
        [
            {
                "file": f"mine/{UNIT}.v",
                "wrong": "it is not the file that was accepted: its digest is another",
            }
        ],
    )


def test_a_budget_stops_the_run_and_the_next_goes_on(folder):
    (folder / "spikewright.toml").write_text(
        '[llm]\njobs = 1\n[llm.prices."m"]\nper_million_in = 1000\nper_million_out = 1000\n'
    )
    with helpers.serving(answering(GOOD)) as server:
        run = (
            "roundtrip", UNIT, "--model", "m", "--base-url", server.url, "--samples", "2",
            "--json",
        )  # fmt: skip
        status, out, err = invoke(*run, "--budget", "7")
        assert status == 2
        assert err.startswith("The budget of 7 is reached: ")
        found = json.loads(out)
        assert found["trips"][0]["verdict"] == "clean"
        assert found["incomplete"] == err.strip()
        paid = len(server.bodies)
        assert paid < 4
        status, out, _ = invoke(*run)
        assert (status, len(server.bodies)) == (0, 4)
        assert json.loads(out)["account"]["requests"] == 4 - paid


def test_no_server_is_one_sentence_and_keeps_the_page(folder):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        url = f"http://127.0.0.1:{taken.getsockname()[1]}/v1"
    (folder / "spikewright.toml").write_text("[llm]\nretries = 0\n")
    status, out, err = invoke(
        "roundtrip", UNIT, "--model", "m", "--base-url", url, "--json", "-o", "matrix.json"
    )
    assert status == 2
    assert err.startswith(f"{url} cannot be reached: ")
    found = json.loads(out)
    assert (found["trips"][0]["verdict"], found["trips"][0]["failure"]) == ("none", "connection")
    assert json.loads((folder / "matrix.json").read_text()) == found


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ((), "Name the units, or give --all.\n"),
        ((UNIT, "--all"), "Name the units, or give --all.\n"),
        (
            (UNIT, "-o", "x.txt"),
            "Results are written to FILE.html, FILE.svg or FILE.json, not to x.txt.\n",
        ),
        ((UNIT, "-o", "no/x.html"), "Cannot use no/x.html: No such file or directory.\n"),
        (
            (UNIT,),
            "A model must be named: with --model, in SPIKEWRIGHT_LLM_MODELS or as models in "
            "spikewright.toml.\n",
        ),
        (
            ("chip", "--model", "m"),
            "A round trip takes a unit of tables or instances; chip has types only.\n",
        ),
        (
            ("--check-accepted",),
            "Accepted files are in a folder, and there is no folder hdl/accepted.\n",
        ),
    ],
)
def test_what_cannot_be_done_is_one_sentence(arguments, sentence):
    assert invoke("roundtrip", *arguments) == (2, "", sentence)


def test_tables_are_in_a_folder(monkeypatch):
    monkeypatch.undo()
    assert invoke("roundtrip", UNIT, "--model", "m", "--tables", "no") == (
        2, "", "--tables must be a folder, and no is none.\n",
    )  # fmt: skip


def test_no_key_is_one_sentence():
    status, _, err = invoke("roundtrip", UNIT, "--model", "m", "--json")
    assert status == 2
    assert err == (
        "api.openai.com needs a key: set OPENAI_API_KEY, or base_url for a server of your own.\n"
    )
