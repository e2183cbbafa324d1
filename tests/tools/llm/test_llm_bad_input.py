"""Bad input by the command: one whole sentence, exit status 2, and what was answered stays."""

import json
import runpy
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from spikewright.tools.llm.record import ANSWER, Records

folder = Path(__file__).parent
commands = SimpleNamespace(**runpy.run_path(str(folder.parent / "command_helpers.py")))
helpers = SimpleNamespace(**runpy.run_path(str(folder / "client_helpers.py")))
KEY, answer, says = helpers.KEY, helpers.answer, helpers.says

RECORD = Path("records.sqlite")


@pytest.fixture(autouse=True)
def alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    import openai._base_client as package

    monkeypatch.setattr(package, "INITIAL_RETRY_DELAY", 0.001)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    monkeypatch.delenv("OPENAI_BASE_URL", raising=False)
    for name, value in {"RETRIES": "1", "TIMEOUT": "0.3", "JOBS": "1"}.items():
        monkeypatch.setenv(f"SPIKEWRIGHT_LLM_{name}", value)


def encode(url: str, *more: object) -> tuple[int, str]:
    """Return the exit status and all that was said."""
    options = ("--model", "m", "--base-url", url, "--record", RECORD, "-o", "out", *more)
    units = ("forward_east", "merge_local")
    status, stdout, stderr = commands.invoke("llm", "encode", *units, *options)
    assert KEY not in stdout + stderr
    return status, (stdout + stderr).replace(url, "URL")


def error(message: str) -> dict[str, Any]:
    return {"error": {"message": message}}


def silent(handler: Any) -> None:
    time.sleep(0.5)
    handler.close_connection = True


# Whether the sentence is about a unit, or ends the command.
CASES: dict[str, tuple[Any, str, bool]] = {
    "401": (
        says(error(f"Wrong key {KEY}."), 401),
        "URL refuses the key (HTTP 401): Wrong key [key].",
        True,
    ),
    "429": (says(b"", 429), "URL lets no more through (HTTP 429) after 2 attempts.", True),
    "500": (says(b"", 500), "URL fails (HTTP 500) after 2 attempts.", False),
    "time-out": (silent, "URL must answer in 0.3 s after 2 attempts, and does not.", False),
    "cut": (helpers.cut, "URL cut the connection after 2 attempts.", False),
    "empty": (says(answer("")), "'m' on localhost answered nothing.", False),
    "nothing": (says(b""), "localhost sent an empty answer (HTTP 200).", False),
    "huge": (
        says(b" " * (9 * 2**20)),
        "URL must answer in at most 8 MiB, and sends more.",
        False,
    ),
    "model": (
        says(error("There is no model m."), 404),
        "URL has no model 'm': There is no model m.",
        True,
    ),
    "URL": (
        says(b"<html>", 404),
        "URL has no chat completions (HTTP 404): correct base_url.",
        True,
    ),
    "page": (
        says(b"<html>"),
        "localhost answers with a web page: correct base_url.",
        True,
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_one_sentence_and_status_2(name: str) -> None:
    step, sentence, ends = CASES[name]
    with helpers.serving(step) as server:
        status, text = encode(server.url)
    lines = [line for line in text.splitlines() if line]
    assert status == 2
    if ends:
        assert lines == [sentence]
    else:
        both = [f"{unit}: nothing written: {sentence}" for unit in ("forward_east", "merge_local")]
        assert lines[:2] == both


def test_no_key(monkeypatch: pytest.MonkeyPatch) -> None:
    from spikewright.tools.llm.address import DEFAULT_URL

    monkeypatch.delenv("OPENAI_API_KEY")
    status, text = encode(DEFAULT_URL)
    assert (status, text.strip()) == (
        2,
        "api.openai.com needs a key: set OPENAI_API_KEY, or base_url for a server of your own.",
    )


def test_nobody_there() -> None:
    status, text = encode("http://127.0.0.1:1/v1")
    assert (status, text.strip()) == (
        2,
        "URL cannot be reached after 2 attempts: [Errno 111] Connection refused.",
    )


def test_a_file_that_holds_no_records() -> None:
    RECORD.write_text("no database at all\n" * 50)
    for option in ((), ("--replay", RECORD)):
        status, text = encode("http://127.0.0.1:1/v1", *option)
        assert (status, text) == (2, f"{RECORD} must hold whole records, and is damaged.\n")


def test_what_was_answered_stays_and_is_not_paid_for_again() -> None:
    with helpers.serving(says(answer("Sorry.")), says(error("Gone."), 401)) as server:
        status, text = encode(server.url)
        assert status == 2
        assert text.splitlines()[-1] == "URL refuses the key (HTTP 401): Gone."
        with Records(RECORD, read_only=True) as records:
            outcomes = [(e.unit, e.outcome) for e in records.all()]
        assert outcomes == [("forward_east", ANSWER), ("merge_local", "http 401")]
        server.bodies.clear()
        encode(server.url)
        (asked,) = server.bodies
    assert "merge_local" in json.dumps(asked["messages"])
