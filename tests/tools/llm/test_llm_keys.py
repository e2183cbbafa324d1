"""A key reaches the server that it is for, and nothing else."""

import base64
import copy
import json
import logging
import pickle
import runpy
import traceback
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import quote

import pytest

from spikewright.tools.llm.client import ModelFailure
from spikewright.tools.llm.record import Records
from spikewright.tools.llm.secret import Secret, clean_line
from spikewright.tools.llm.settings import Settings

helpers = SimpleNamespace(**runpy.run_path(str(Path(__file__).with_name("client_helpers.py"))))
KEY, answer, client, question, says = (
    getattr(helpers, name) for name in ("KEY", "answer", "client", "question", "says")
)

FORMS = {
    "plain": KEY,
    "header": f"Bearer {KEY}",
    "escaped": KEY.replace("/", "\\/"),
    "percent": quote(KEY, safe=""),
    "base64": base64.b64encode(KEY.encode()).decode(),
}


def test_a_key_is_not_shown() -> None:
    secret = Secret(KEY)
    settings = Settings(key=secret)
    texts = [repr(secret), str(secret), f"{secret}", f"{secret!r:>40}", f"{secret:>40}"]
    texts += [repr(settings), str(settings), json.dumps(settings.shown())]
    assert not [text for text in texts if KEY[:8] in text]
    assert secret.reveal() == KEY
    assert (bool(secret), bool(Secret()), str(Secret())) == (True, False, "")
    assert copy.copy(settings) == settings
    with pytest.raises(TypeError, match=r"^A key must stay in the process that read it\.$"):
        pickle.dumps(settings)


@pytest.mark.parametrize("form", FORMS)
def test_a_key_is_taken_out_of_what_a_server_sends(form: str) -> None:
    text = Secret(KEY).scrub_text(f"a {FORMS[form]} b")
    assert text in ("a [key] b", "a Bearer [key] b", "a [key]== b", "a [key]= b")


def test_words_that_stand_in_for_a_key_are_no_secret() -> None:
    assert Secret("EMPTY").scrub(b"EMPTY") == b"EMPTY"


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("a\x1b[31mb\x07\r\n\tc", "a [31mb c"),
        ("left\u202eright\u200b", "left right"),
        ("wrong key sk-ab****wxyz here", "wrong key [key] here"),
        ("x" * 400, "x" * 297 + "..."),
        ("plain, with \u00e4 and \u2192", "plain, with \u00e4 and \u2192"),
    ],
)
def test_what_a_server_says_becomes_one_line(text: str, line: str) -> None:
    assert clean_line(text) == line


def echo(status: int, form: str) -> Any:
    """Answer with the key wherever there is room for one."""
    text = FORMS[form]
    whole = answer(
        f"wire x; // {text}", system_fingerprint=text, finish=text, message={"tool": text}
    )
    error = {"error": {"message": f"No: {text}", "code": text}}
    headers = {"x-request-id": KEY, "set-cookie": f"key={KEY}"}
    # Twice: an escaped slash must reach the wire as such.
    body = json.dumps(whole if status == 200 else error)
    if form == "escaped":
        body = body.replace("\\\\/", "\\/")
    return says(body.encode(), status, **headers)


def leaks(tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Return the places that hold the key, or a good part of it, after all kinds of exchanges."""
    import openai._base_client as package

    monkeypatch.setattr(package, "INITIAL_RETRY_DELAY", 0.001)
    path, texts = tmp_path / "records.sqlite", {}
    cases = [(status, form) for status in (200, 401, 429, 500) for form in FORMS]
    steps = [echo(*case) for case in cases]
    with (
        caplog.at_level(logging.DEBUG, "openai"),
        caplog.at_level(logging.DEBUG, "httpx2"),
        helpers.serving(*steps, helpers.cut) as server,
        client(server.url, Records(path), retries=0) as asking,
    ):
        for sample in range(len(cases) + 1):
            try:
                texts[f"reply {sample}"] = repr(asking.ask(question(f"{KEY}", sample=sample)))
            except ModelFailure as failure:
                texts[f"failure {sample}"] = "".join(traceback.format_exception(failure))
        assert {head for _, head in server.heads} == {f"Bearer {KEY}"}
        texts["objects"] = f"{vars(asking)} {vars(asking.account)} {vars(asking.records)}"
        texts["rows"] = repr(asking.records.all())
        assert len(asking.records.all()) == len(cases) + 1
        files = {file.name: file.read_bytes() for file in tmp_path.iterdir()}
        assert "records.sqlite-wal" in files
    files["at the end"] = path.read_bytes()
    texts["log"] = caplog.text
    assert "HTTP Response" in caplog.text
    found = {name for name, text in texts.items() for form in FORMS.values() if form in text}
    whole = [form.encode() for form in FORMS.values()]
    return found | {name for name, data in files.items() for form in whole if form in data}


def test_a_key_is_nowhere(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert leaks(tmp_path, caplog, monkeypatch) == set()


def test_a_client_that_does_not_take_the_key_out_would_be_seen(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Secret, "scrub", lambda _self, data: data)
    found = leaks(tmp_path, caplog, monkeypatch)
    assert {"rows", "records.sqlite-wal", "at the end", "reply 0"} <= found
