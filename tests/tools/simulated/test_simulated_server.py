"""The server that plays a model, asked through the package that asks real ones."""

from __future__ import annotations

import http.client
import json
from collections.abc import Iterator
from typing import Any

import openai
import pytest

from spikewright.tools.simulated.plans import MODELS
from spikewright.tools.simulated.served import Served
from spikewright.tools.simulated.stock import Stock

UNIT = "to_local"
ENCODE = f"# Write the unit `{UNIT}` in Verilog\n\nSome rules."


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    with Served() as running:
        yield running


@pytest.fixture(scope="module")
def stock() -> Stock:
    return Stock()


@pytest.fixture
def client(served: Served) -> Iterator[openai.OpenAI]:
    with openai.OpenAI(base_url=served.base_url, api_key="none", max_retries=4) as made:
        yield made


def _ask(client: openai.OpenAI, seed: int, *said: str, model: str = "simulated-careless") -> Any:
    roles = ("user", "assistant")
    messages: Any = [{"role": roles[k % 2], "content": text} for k, text in enumerate(said)]
    return client.chat.completions.create(model=model, seed=seed, messages=messages)


def test_models(client: openai.OpenAI) -> None:
    assert [m.id for m in client.models.list()] == list(MODELS)


def test_an_answer_says_that_it_is_simulated(client: openai.OpenAI) -> None:
    answer = client.chat.completions.with_raw_response.create(
        model="simulated-perfect", seed=3, messages=[{"role": "user", "content": ENCODE}]
    )
    assert answer.headers["x-spikewright-simulated"] == "1"
    parsed = answer.parse()
    assert parsed.system_fingerprint == "spikewright-simulated-1"
    assert parsed.usage is not None
    assert parsed.usage.total_tokens == parsed.usage.prompt_tokens + parsed.usage.completion_tokens
    assert f"module {UNIT}(" in str(parsed.choices[0].message.content)


def test_what_is_planned_is_played(client: openai.OpenAI, stock: Stock) -> None:
    whole = [
        s for s in range(40) if stock.plan(UNIT, s, "simulated-careless").encode.manner == "bare"
    ]
    for seed in whole:
        played = _ask(client, seed, ENCODE).choices[0].message.content
        assert played == stock.plan(UNIT, seed, "simulated-careless").encode.text
    assert whole


def test_a_cut_answer_goes_on(client: openai.OpenAI, stock: Stock) -> None:
    seeds = (
        s for s in range(200) if stock.plan(UNIT, s, "simulated-perfect").encode.manner == "cut"
    )
    seed = next(seeds)
    first = _ask(client, seed, ENCODE, model="simulated-perfect").choices[0]
    assert first.finish_reason == "length"
    said = str(first.message.content)
    more = _ask(client, seed, ENCODE, said, "Your answer was cut off.", model="simulated-perfect")
    assert more.choices[0].finish_reason == "stop"
    last_line = said.rpartition("\n")[2]
    assert str(more.choices[0].message.content).startswith(f"```\n{last_line}")


def test_repairs_come_to_an_end(client: openai.OpenAI, stock: Stock) -> None:
    plans = ((s, stock.plan(UNIT, s, "simulated-careless")) for s in range(200))
    seed, plan = next((s, p) for s, p in plans if len(p.steps) == 3)
    said = [ENCODE]
    for step in plan.steps[:-1]:
        said += [step.encode.text, f"The HDL of `{UNIT}` was held against its table."]
    answer = _ask(client, seed, *said).choices[0].message.content or ""
    assert plan.steps[-1].truth.encoder == "clean"
    lines = plan.steps[-1].encode.text.split("\n")
    assert lines[10] in answer


def test_decoding_finds_its_round(client: openai.OpenAI, stock: Stock) -> None:
    plans = ((s, stock.plan(UNIT, s, "simulated-careless")) for s in range(300))
    seed, plan = next(
        (s, p)
        for s, p in plans
        if len(p.steps) > 1 and p.steps[-1].decode.manner == "bare" and not p.encode.silent
    )
    question = f"# Write the table of the unit `{UNIT}`\n\n## The hardware, in Verilog\n\n"
    answer = _ask(client, seed, question + plan.steps[-1].encode.text)
    assert answer.choices[0].message.content == plan.steps[-1].decode.text


def test_the_same_question_has_the_same_bytes(served: Served) -> None:
    host, port = served.base_url.removeprefix("http://").removesuffix("/v1").split(":")
    body = json.dumps(
        {"model": "simulated-perfect", "seed": 5, "messages": [{"role": "user", "content": ENCODE}]}
    )
    seen = set()
    for _ in range(3):
        connection = http.client.HTTPConnection(host, int(port))
        connection.request("POST", "/v1/chat/completions", body)
        try:
            answer = connection.getresponse()
            raw = answer.read()
        except http.client.HTTPException:  # a fault of the wire, once
            continue
        finally:
            connection.close()
        if answer.status == http.client.OK:
            seen.add(raw)
    assert len(seen) == 1


def test_faults_of_the_wire_come_once(served: Served, stock: Stock) -> None:
    seen = set()
    with openai.OpenAI(base_url=served.base_url, api_key="none", max_retries=0) as client:
        for seed in range(150):
            wire = stock.plan(UNIT, seed, "simulated-careful").encode.wire
            if not wire:
                continue
            kinds = {"429": openai.RateLimitError, "500": openai.InternalServerError}
            if wire != ("slow",):
                with pytest.raises(kinds.get(wire[0], openai.APIConnectionError)):
                    _ask(client, seed, ENCODE, model="simulated-careful")
                seen.add(wire[0])
            _ask(client, seed, ENCODE, model="simulated-careful")
    assert seen == {"429", "500", "cut"}


@pytest.mark.parametrize(
    ("body", "status", "text"),
    [
        ("{", 400, "the question must be JSON"),
        ("[]", 400, "the question must be a JSON object"),
        ('{"model": "gpt"}', 404, "there is no model gpt"),
        ('{"model": "simulated-perfect"}', 400, "messages must be a list of objects"),
        (
            '{"model": "simulated-perfect", "messages": [{"role": "user", "content": "Hello"}]}',
            400,
            "the question must name a unit that the server has answers for",
        ),
        (
            '{"model": "simulated-perfect", "messages": [{"role": "system", "content": "Hello"}]}',
            400,
            "messages must have one of a user",
        ),
        (
            '{"model": "simulated-perfect", "stream": true}',
            400,
            "answers come whole, not as a stream",
        ),
    ],
)
def test_odd_questions(served: Served, body: str, status: int, text: str) -> None:
    host, port = served.base_url.removeprefix("http://").removesuffix("/v1").split(":")
    connection = http.client.HTTPConnection(host, int(port))
    connection.request("POST", "/v1/chat/completions", body)
    answer = connection.getresponse()
    error = json.loads(answer.read())["error"]
    connection.close()
    assert (answer.status, error["message"]) == (status, text)


def test_the_server_ends_with_its_block() -> None:
    with Served() as running:
        port = int(running.base_url.removesuffix("/v1").rpartition(":")[2])
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=1)
    with pytest.raises(ConnectionRefusedError):
        connection.request("GET", "/v1/models")
