"""What a client makes of servers that misbehave: one sentence each, and nothing lost."""

import json
import runpy
import socket
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from spikewright.tools.errors import user_message
from spikewright.tools.llm.client import ModelFailure
from spikewright.tools.llm.record import Records

helpers = SimpleNamespace(**runpy.run_path(str(Path(__file__).with_name("client_helpers.py"))))
answer, client, cut, question, says = (
    getattr(helpers, name) for name in ("answer", "client", "cut", "question", "says")
)
serving = helpers.serving


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Shorten the package's waits where no server asks for one."""
    import openai._base_client as package

    monkeypatch.setattr(package, "INITIAL_RETRY_DELAY", 0.001)


def fails(
    *steps: Any, records: Records | None = None, ask: Any = None, **settings: Any
) -> tuple[str, str, bool, int]:
    """Return a failure's kind, sentence and whether it is fatal, and the number of attempts."""
    with serving(*steps) as server, client(server.url, records, **settings) as asking:
        with pytest.raises(ModelFailure) as caught:
            asking.ask(ask or question())
        failure = caught.value
        assert user_message(failure) == str(failure)
        sentence = str(failure).replace(server.url, "URL")
        assert asking.account.retries <= len(server.bodies) - 1
        asked = [path for path, _ in server.heads if path == "/v1/chat/completions"]
        return failure.kind, sentence, failure.fatal, len(asked)


def error(message: str, **rest: Any) -> dict[str, Any]:
    return {"error": {"message": message, "type": "invalid_request_error"} | rest}


PAGE = b"<!DOCTYPE html><html><body><h1>502 Bad Gateway</h1></body></html>"

CASES: dict[str, tuple[Any, str, str, bool, int]] = {
    "401": (
        says(error("Incorrect API key provided: sk-tests****************k1l0."), 401),
        "auth",
        "URL refuses the key (HTTP 401): Incorrect API key provided: [key].",
        True,
        1,
    ),
    "403": (says(b"", 403), "auth", "URL refuses the key (HTTP 403).", True, 1),
    "402": (
        says(error("Pay first."), 402),
        "rate",
        "URL says that the account is spent: Pay first.",
        True,
        1,
    ),
    "429": (
        says(error("Slow down."), 429),
        "rate",
        "URL lets no more through (HTTP 429) after 3 attempts: Slow down.",
        True,
        3,
    ),
    "429 for too long": (
        says(error("Come tomorrow."), 429, **{"retry-after-ms": "", "retry-after": "86400"}),
        "rate",
        "URL lets no more through (HTTP 429) and wants a wait of 86,400 s: Come tomorrow.",
        True,
        1,
    ),
    "429 without money": (
        says(error("You exceeded your current quota.", code="insufficient_quota"), 429),
        "rate",
        "URL says that the account is spent: You exceeded your current quota.",
        True,
        1,
    ),
    "500": (
        says(error("CUDA out of memory"), 500),
        "server",
        "URL fails (HTTP 500) after 3 attempts: CUDA out of memory.",
        False,
        3,
    ),
    "502 page": (
        says(PAGE, 502),
        "server",
        "URL fails (HTTP 502) after 3 attempts.",
        False,
        3,
    ),
    "503": (says(b"", 503), "server", "URL fails (HTTP 503) after 3 attempts.", False, 3),
    "404 model": (
        says(error("The model 'm' does not exist or you do not have access to it."), 404),
        "model",
        "URL has no model 'm': The model 'm' does not exist or you do not have access to it.",
        True,
        1,
    ),
    "400 model": (
        says({"error": "model 'm' not found, try pulling it first"}, 400),
        "model",
        "URL has no model 'm': model 'm' not found, try pulling it first.",
        True,
        1,
    ),
    "404 model, as vLLM has it": (
        says({"object": "error", "message": "The model `m` does not exist.", "code": 404}, 404),
        "model",
        "URL has no model 'm': The model `m` does not exist.",
        True,
        1,
    ),
    "404 in words of its own": (
        says(error("This model is none of ours."), 404),
        "model",
        "URL has no model 'm': This model is none of ours.",
        True,
        1,
    ),
    "400 that is about a picture": (
        says(error("The model does not support pictures."), 400),
        "server",
        "URL refuses the question (HTTP 400): The model does not support pictures.",
        False,
        1,
    ),
    "503, as llama.cpp has it": (
        says(error("Loading model", code=503), 503),
        "server",
        "URL fails (HTTP 503) after 3 attempts: Loading model.",
        False,
        3,
    ),
    "404 page": (
        says(PAGE, 404),
        "url",
        "URL has no chat completions (HTTP 404): correct base_url.",
        True,
        1,
    ),
    "405": (
        says({"detail": "Method Not Allowed"}, 405),
        "url",
        "URL has no chat completions (HTTP 405): correct base_url: Method Not Allowed.",
        True,
        1,
    ),
    "400": (
        says(error("This model's maximum context length is 8192 tokens; lower max_tokens."), 400),
        "server",
        "URL refuses the question (HTTP 400): This model's maximum context length is 8192 tokens; "
        "lower max_tokens.",
        False,
        1,
    ),
    "413": (says(b"", 413), "server", "URL refuses the question (HTTP 413).", False, 1),
    "redirect": (
        says(b"", 307, location="http://127.0.0.1:1/v1/chat/completions"),
        "url",
        "URL must answer itself, not redirect (HTTP 307): correct base_url.",
        True,
        1,
    ),
    "cut": (cut, "connection", "URL cut the connection after 3 attempts.", False, 3),
    "empty body": (
        says(b" \n"),
        "malformed",
        "localhost sent an empty answer (HTTP 200).",
        False,
        1,
    ),
    "page": (
        says(b"  <html><body>Log in</body></html>"),
        "url",
        "localhost answers with a web page: correct base_url.",
        True,
        1,
    ),
    "half JSON": (
        says(json.dumps(answer()).encode()[:30]),
        "malformed",
        'localhost must answer in JSON, not \'{"id": "1", "object": "chat.co\'.',
        False,
        1,
    ),
    "deep JSON": (
        says(b"[" * 200_000),
        "malformed",
        f"localhost must answer in JSON, not '{'[' * 60}'.",
        False,
        1,
    ),
    "no JSON": (
        says(b"\x1b[31mred\x00\xff"),
        "malformed",
        "localhost must answer in JSON, not '[31mred \N{REPLACEMENT CHARACTER}'.",
        False,
        1,
    ),
    "a list": (
        says([1, 2]),
        "malformed",
        "localhost must answer with choices, and does not.",
        False,
        1,
    ),
    "no choices": (
        says({"id": "1"}),
        "malformed",
        "localhost must answer with choices, and does not.",
        False,
        1,
    ),
    "empty choices": (
        says({"choices": []}),
        "malformed",
        "localhost must answer with choices, and does not.",
        False,
        1,
    ),
    "choice without message": (
        says({"choices": [{"message": None}]}),
        "malformed",
        "localhost must answer with choices, and does not.",
        False,
        1,
    ),
    "error in a good answer": (
        says(error("Upstream is down.")),
        "malformed",
        "localhost answers with an error (HTTP 200): Upstream is down.",
        False,
        1,
    ),
    "content null": (says(answer(None)), "empty", "'m' on localhost answered nothing.", False, 1),
    "content blank": (says(answer(" \n")), "empty", "'m' on localhost answered nothing.", False, 1),
    "all spent on thoughts": (
        says(answer("", finish="length")),
        "empty",
        "'m' on localhost spent all its tokens before it answered: raise max_tokens "
        "(50 were spent).",
        False,
        1,
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_what_is_said_of_a_bad_answer(name: str) -> None:
    step, kind, sentence, fatal, attempts = CASES[name]
    assert fails(step) == (kind, sentence, fatal, attempts)


def test_a_wrong_name_is_told_the_right_ones() -> None:
    names = [f"model-{n}" for n in range(300)] + ["lama3", "\x1b[31mred"]
    steps = (says(error("model not found"), 404), says({"data": [{"id": n} for n in names]}))
    kind, sentence, fatal, _ = fails(*steps, ask=question(model="llama3"))
    assert (kind, fatal) == ("model", True)
    assert sentence == (
        "URL has no model 'llama3': model not found. It has lama3, model-0, model-1, model-2, "
        "model-3 and 297 more."
    )


def test_text_that_no_wire_carries_is_put_right() -> None:
    with serving(says()) as server, client(server.url) as asking:
        asking.ask(question("a\udcffb", model="m\udcff", unit="\udcff"))
        (kept,) = asking.records.all()
    assert server.bodies[0]["messages"][0]["content"] == "a?b"
    assert (kept.model, kept.unit) == ("m?", "?")


def test_a_proxy_is_not_for_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    with serving(says()) as server, client(server.url) as asking:
        assert asking.ask(question()).text == "module m;"


def test_no_key_for_a_server_that_wants_one() -> None:
    from spikewright.tools.llm.secret import Secret

    assert fails(says(error("No key."), 401), key=Secret()) == (
        *("no-key", "URL wants a key (HTTP 401): set OPENAI_API_KEY: No key.", True),
        1,
    )


def test_no_key_at_all_asks_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    from spikewright.tools.llm.address import DEFAULT_URL
    from spikewright.tools.llm.secret import Secret

    monkeypatch.setattr(socket, "socket", None)
    with client(DEFAULT_URL, key=Secret()) as asking, pytest.raises(ModelFailure) as caught:
        asking.ask(question())
    assert (caught.value.kind, caught.value.fatal) == ("no-key", True)
    assert str(caught.value) == (
        "api.openai.com needs a key: set OPENAI_API_KEY, or base_url for a server of your own."
    )


def test_nobody_listens() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}/v1"
    with client(url) as asking, pytest.raises(ModelFailure) as caught:
        asking.ask(question())
    assert (caught.value.kind, caught.value.fatal) == ("connection", True)
    assert str(caught.value) == (
        f"{url} cannot be reached after 3 attempts: [Errno 111] Connection refused."
    )
    # A connection that never stood cannot have cost anything.
    assert (asking.account.lost, asking.account.retries) == (0, 2)


def silent(handler: Any) -> None:
    time.sleep(0.4)
    handler.close_connection = True


def trickle(handler: Any) -> None:
    """Send a byte every moment: no single wait is long, and the answer never ends."""
    handler.send_response(200)
    handler.send_header("content-length", "1000")
    handler.end_headers()
    for _ in range(100):
        handler.wfile.write(b" ")
        handler.wfile.flush()
        time.sleep(0.02)


@pytest.mark.parametrize("step", [silent, trickle])
def test_time_out(step: Any) -> None:
    start = time.monotonic()
    assert fails(step, timeout=0.15, retries=1) == (
        *("timeout", "URL must answer in 0.15 s after 2 attempts, and does not.", False),
        2,
    )
    assert time.monotonic() - start < 3


def endless(handler: Any) -> None:
    handler.send_response(200)
    handler.end_headers()
    while True:
        handler.wfile.write(b" " * 65536)


def test_huge_answer_is_not_read_to_its_end() -> None:
    assert fails(endless) == (
        *("huge", "URL must answer in at most 8 MiB, and sends more.", False),
        1,
    )


def test_packed_answer_is_not_unpacked_beyond_measure() -> None:
    import gzip

    bomb = gzip.compress(bytes(64 * 2**20))
    kind, *_ = fails(says(bomb, **{"content-encoding": "gzip"}))
    assert kind == "huge"
    packed = gzip.compress(json.dumps(answer("packed")).encode())
    step = says(packed, **{"content-encoding": "gzip"})
    with serving(step) as server, client(server.url) as asking:
        assert asking.ask(question()).text == "packed"


def test_the_server_that_fails_every_question_is_given_up() -> None:
    with serving(says(b"", 500)) as server, client(server.url, retries=0) as asking:
        failures = []
        for sample in range(6):
            with pytest.raises(ModelFailure) as caught:
                asking.ask(question(sample=sample))
            failures.append(caught.value)
    assert [failure.fatal for failure in failures] == [False] * 4 + [True] * 2
    assert str(failures[4]) == (
        f"{server.url} fails (HTTP 500). So have all of the last 5 questions."
    )


# Answers that are good.


@pytest.mark.parametrize(
    ("body", "text", "finish", "refusal"),
    [
        (answer("a"), "a", "stop", ""),
        (answer("a", finish=None), "a", "stop", ""),
        (answer("a", finish="length"), "a", "length", ""),
        (answer(None, finish="content_filter"), "", "content_filter", ""),
        (answer(None, message={"refusal": "I will not."}), "", "stop", "I will not."),
        (answer([{"type": "text", "text": "a"}, {"text": "b"}, 3]), "ab", "stop", ""),
        (answer("a\ud800b"), "a?b", "stop", ""),
        (answer("a", finish="\x1b[2Jstop\n" + "x" * 99), "a", f"[2Jstop {'x' * 29}...", ""),
    ],
)
def test_what_an_answer_says(body: Any, text: str, finish: str, refusal: str) -> None:
    with serving(says(body)) as server, client(server.url) as asking:
        reply = asking.ask(question())
    assert (reply.text, reply.finish, reply.refusal) == (text, finish, refusal)
    assert (reply.tokens_in, reply.tokens_out, reply.estimated) == (100, 50, False)
    assert not reply.simulated
    assert not reply.replayed


@pytest.mark.parametrize(
    "usage", [None, [], {"prompt_tokens": -1}, {"prompt_tokens": True, "completion_tokens": "9"}]
)
def test_tokens_that_nobody_counted_are_estimated(usage: Any) -> None:
    with serving(says(answer("x" * 30, usage=usage))) as server, client(server.url) as asking:
        reply = asking.ask(question("y" * 60))
    assert (reply.tokens_in, reply.tokens_out, reply.estimated) == (20, 10, True)
    assert asking.account.estimated == 1


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        (answer(), {"x-spikewright-simulated": "1"}),
        (answer(system_fingerprint="spikewright-simulated-1"), {}),
    ],
)
def test_a_simulated_answer_says_so_for_ever(body: Any, headers: Any, tmp_path: Path) -> None:
    path = tmp_path / "records"
    with serving(says(body, **headers)) as server, client(server.url, Records(path)) as asking:
        assert asking.ask(question()).simulated
    with client("http://127.0.0.1:1/v1", Records(path), replay=True) as again:
        assert again.ask(question()).simulated


# What a server does not understand.


def refuses(name: str, words: Any) -> Any:
    """Refuse questions with that part."""
    said = (error(words), 400) if isinstance(words, str) else ({"detail": words}, 422)

    def step(handler: Any) -> None:
        if name in handler.body:
            says(*said)(handler)
        else:
            says()(handler)

    return step


SCHEMA = {"type": "object", "properties": {"hdl": {"type": "string"}}}


@pytest.mark.parametrize(
    ("name", "words", "note", "left"),
    [
        ("seed", "Unrecognized request argument: seed", "without seed", None),
        ("temperature", "'temperature' does not support 0.5", "without temperature", None),
        (
            "max_tokens",
            "Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead.",
            "",
            "max_completion_tokens",
        ),
        ("seed", [{"loc": ["body", "seed"], "msg": "extra fields"}], "without seed", None),
        ("response_format", "response_format: json_schema?", "without response_format", None),
        ("response_format", "Bad request.", "without response_format", None),
    ],
)
def test_what_a_server_refuses_is_left_out(
    name: str, words: Any, note: str, left: str | None
) -> None:
    given = {"temperature": 0.5, "seed": 7, "max_tokens": 500}
    with serving(refuses(name, words)) as server, client(server.url, **given) as asking:
        replies = [asking.ask(question(sample=s, schema=SCHEMA)) for s in (0, 1)]
    # It is tried once, and remembered.
    assert [name in body for body in server.bodies] == [True, False, False]
    assert [reply.note for reply in replies] == [note, note]
    assert [body.get("seed") for body in server.bodies if name != "seed"] in ([], [7, 7, 8])
    if left is not None:
        assert server.bodies[1][left] == 500


def test_a_schema_that_must_be_kept_is_kept() -> None:
    kind, sentence, *_, attempts = fails(
        says(error("No response_format here."), 400), ask=question(schema=SCHEMA), structured="on"
    )
    assert (kind, attempts) == ("server", 1)
    assert sentence == "URL refuses the question (HTTP 400): No response_format here."


def test_a_question_that_fails_all_the_same_teaches_nothing() -> None:
    steps = [says(error("Bad."), 400), says(error("Bad."), 400), says()]
    with serving(*steps) as server, client(server.url) as asking:
        with pytest.raises(ModelFailure, match="refuses the question"):
            asking.ask(question(schema=SCHEMA))
        asking.ask(question(schema=SCHEMA))
    assert ["response_format" in body for body in server.bodies] == [True, False, True]


def test_what_passes_is_tried_again_and_counted() -> None:
    steps = (says(b"", 503), cut, says())
    with serving(*steps) as server, client(server.url) as asking:
        assert asking.ask(question()).text == "module m;"
        assert len(server.bodies) == 3
        account = asking.account
        assert (account.requests, account.retries, account.lost) == (1, 2, 1)
        kept = [(e.outcome, e.status) for e in asking.records.all()]
    assert kept == [("http 503", 503), ("connection", 200), ("answer", 200)]
