"""What holds over many questions: nothing paid for twice, nothing lost, no budget broken."""

import json
import runpy
import signal
import socket
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from spikewright.tools.llm.client import Client, ModelFailure, Reply
from spikewright.tools.llm.record import ANSWER, Records
from spikewright.tools.llm.settings import Price, Settings

helpers = SimpleNamespace(**runpy.run_path(str(Path(__file__).with_name("client_helpers.py"))))
answer, client, question, says = (
    getattr(helpers, name) for name in ("answer", "client", "question", "says")
)
serving = helpers.serving


@pytest.fixture(autouse=True)
def alone(monkeypatch: pytest.MonkeyPatch) -> None:
    import openai._base_client as package

    monkeypatch.setattr(package, "INITIAL_RETRY_DELAY", 0.001)


def counted(pause: float = 0.0) -> Any:
    """Return a step that never answers the same twice."""
    numbers = iter(range(10**6))

    def step(handler: Any) -> None:
        time.sleep(pause)
        says(answer(f"answer {next(numbers)}"))(handler)

    return step


# Records.


def test_replay_opens_no_socket_and_gives_the_same_bytes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "records.sqlite"
    body = b' {"choices" : [{"message": {"content":"wire\\u0020a;\\r\\n"}}]}\n'
    with serving(says(body)) as server, client(server.url, Records(path)) as asking:
        new = asking.ask(question())
        (kept,) = asking.records.all()
    assert kept.raw == body
    assert json.loads(kept.request) == server.bodies[0]
    assert server.heads == [("/v1/chat/completions", f"Bearer {helpers.KEY}")]

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("A socket was opened.")

    monkeypatch.setattr(socket, "socket", refuse)
    for name in list(sys.modules):
        if name.split(".")[0] in ("openai", "httpx2"):
            monkeypatch.setitem(sys.modules, name, None)
    monkeypatch.delitem(sys.modules, "spikewright.tools.llm.wire")
    settings = Settings(models=("m",))
    with Records(path, read_only=True) as records:
        again = Client(settings, records, replay=True)
        assert again.ask(question()) == replace(new, replayed=True)
        assert again.account.to_json()["replayed"] == 1
        with pytest.raises(ModelFailure) as caught:
            again.ask(question(sample=1))
        # The same without replay would go out, so the test would see a socket.
        with pytest.raises(ModelFailure, match="needs openai: install spikewright with its extra"):
            Client(replace(settings, base_url=server.url), records).ask(question(sample=1))
    assert (caught.value.kind, caught.value.fatal) == ("unrecorded", False)
    assert str(caught.value) == (
        f"{path} must hold an answer of 'm' (encode relay, sample 1) to replay it, and does not."
    )


def test_an_answer_is_replayed_by_the_same_rules_as_a_new_one(tmp_path: Path) -> None:
    path = tmp_path / "records.sqlite"
    with serving(says(answer(""))) as server, client(server.url, Records(path)) as asking:
        for _ in range(2):
            with pytest.raises(ModelFailure, match="'m' on localhost answered nothing"):
                asking.ask(question())
    # It was paid for, so it is not asked for again.
    assert len(server.bodies) == 1


def test_a_failed_attempt_is_kept_and_never_served(tmp_path: Path) -> None:
    path = tmp_path / "records.sqlite"
    steps = (says(b"<html>", 500), says(b"{"), says())
    with serving(*steps) as server, client(server.url, Records(path), retries=0) as asking:
        for _ in range(2):
            with pytest.raises(ModelFailure):
                asking.ask(question())
        assert asking.ask(question()).text == "module m;"
        kept = [(e.outcome, e.status, e.raw) for e in asking.records.all()][:2]
    assert kept == [("http 500", 500, b"<html>"), ("malformed", 200, b"{")]
    with client(server.url, Records(path), replay=True) as again:
        assert again.ask(question()).text == "module m;"


def test_answers_of_one_server_are_not_taken_for_those_of_another() -> None:
    with serving(counted()) as server, client(server.url) as asking:
        first = asking.ask(question())
        asking.server = "models.example.org"
        assert asking.ask(question()).text != first.text
        assert asking.records.find(first.key, "localhost") != asking.records.find(
            first.key, "models.example.org"
        )
    assert len(server.bodies) == 2


def test_the_same_question_has_the_same_key_however_it_is_put() -> None:
    one, other = {"type": "object", "properties": {}}, {"properties": {}, "type": "object"}
    assert str(one) != str(other)
    with serving(says()) as server, client(server.url) as asking:
        keys = {asking.ask(question(schema=schema)).key for schema in (one, other)}
    assert (len(keys), len(server.bodies)) == (1, 1)


def test_seeds_tell_samples_apart() -> None:
    with serving(counted()) as server, client(server.url, seed=5) as asking:
        keys = {asking.ask(question(sample=s)).key for s in range(3)}
        asking.ask(question(sample=1, seed=6))
    assert [body["seed"] for body in server.bodies] == [5, 6, 7]
    assert len(keys) == 3


def test_threads_with_one_question_pay_once() -> None:
    with serving(counted(0.02)) as server, client(server.url) as asking:
        with ThreadPoolExecutor(8) as pool:
            texts = {reply.text for reply in pool.map(asking.ask, [question()] * 16)}
        assert (texts, len(server.bodies)) == ({"answer 0"}, 1)
        assert (asking.account.requests, asking.account.replayed) == (1, 15)


PROGRAM = """
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from spikewright.tools.llm.client import Client, Request
from spikewright.tools.llm.record import Records
from spikewright.tools.llm.settings import Settings

url, path, number = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])
client = Client(Settings(base_url=url), Records(path))

def ask(sample):
    message = {"role": "user", "content": "Write HDL."}
    reply = client.ask(Request(model="m", messages=(message,), purpose="encode", unit="relay",
                               sample=sample, prompt="abc"))
    sys.stdout.write(f"{sample} {reply.text}\\n")
    sys.stdout.flush()

with ThreadPoolExecutor(4) as pool:
    list(pool.map(ask, range(number)))
client.close()
client.records.close()
"""


def program(url: str, path: Path, number: int) -> "subprocess.Popen[str]":
    command = [sys.executable, "-c", PROGRAM, url, str(path), str(number)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def test_a_killed_run_loses_nothing_and_the_next_asks_only_for_the_rest(tmp_path: Path) -> None:
    path = tmp_path / "records.sqlite"
    number = 40
    answers, dead = counted(), threading.Event()

    def until_killed(handler: Any) -> None:
        if len(server.bodies) > 20:
            dead.wait(60)
        answers(handler)

    with serving(until_killed) as server:
        child = program(server.url, path, number)
        assert child.stdout is not None
        lines = [child.stdout.readline() for _ in range(15)]
        child.send_signal(signal.SIGKILL)
        dead.set()
        lines += child.stdout.readlines()
        child.stdout.close()
        assert child.wait() == -signal.SIGKILL
        seen = dict(line.rstrip("\n").split(" ", 1) for line in lines)
        with Records(path) as records:
            kept = {str(e.sample): json.loads(e.raw) for e in records.all(failed=False)}
        texts = {s: body["choices"][0]["message"]["content"] for s, body in kept.items()}
        # All that the program ever saw is there, byte for byte.
        assert seen.items() <= texts.items()
        assert 15 <= len(kept) <= 24
        server.bodies.clear()
        with client(server.url, Records(path)) as asking:
            replies = {str(s): asking.ask(question(sample=s)) for s in range(number)}
        assert len(server.bodies) == number - len(kept)
        assert {s for s, reply in replies.items() if reply.replayed} == set(kept)
        assert {s: replies[s].text for s in kept} == texts


def test_processes_share_one_file(tmp_path: Path) -> None:
    path = tmp_path / "records.sqlite"
    number = 12
    with serving(counted(0.01)) as server:
        children = [program(server.url, path, number) for _ in range(2)]
        outputs = [sorted(child.communicate()[0].splitlines()) for child in children]
    assert [child.returncode for child in children] == [0, 0]
    # Who paid second for an answer was given the first all the same.
    assert outputs[0] == outputs[1]
    with Records(path) as records:
        kept = [e.outcome for e in records.all()]
    assert kept.count(ANSWER) == number
    assert kept.count("duplicate") == len(server.bodies) - number


# Budgets.


def spend(number: int, step: Any, text: str = "x" * 300, **settings: Any) -> tuple[int, list[str]]:
    """Ask from eight threads, and return how many were sent, and what stopped the rest."""
    with serving(step) as server, client(server.url, max_tokens=50, **settings) as asking:

        def ask(sample: int) -> Reply | ModelFailure:
            try:
                return asking.ask(question(text, sample=sample))
            except ModelFailure as failure:
                return failure

        with ThreadPoolExecutor(8) as pool:
            ends = list(pool.map(ask, range(number)))
    failures = [end for end in ends if isinstance(end, ModelFailure)]
    assert {(f.kind, f.fatal) for f in failures} <= {("budget", True)}
    assert len(server.bodies) + len(failures) == number
    return len(server.bodies), sorted({str(failure) for failure in failures})


def test_a_budget_in_tokens_is_kept_exactly() -> None:
    assert spend(20, says(), token_budget=450) == (
        3,
        [
            "The budget of 450 tokens is reached: 450 are spent, "
            "and the next question needs about 150."
        ],
    )
    assert spend(5, says(), token_budget=750) == (5, [])
    assert spend(5, says(), token_budget=149)[0] == 0


def test_a_budget_in_money_is_kept_exactly() -> None:
    prices = {"m": Price(per_million_in=1000, per_million_out=2000)}
    assert spend(20, says(), budget=0.6, prices=prices) == (
        3,
        [
            "The budget of 0.6 is reached: 0.6000 are spent, and the next question costs about "
            "0.2000."
        ],
    )


def test_a_budget_in_money_asks_no_model_without_a_price() -> None:
    prices = {"m": Price(per_million_in=1000, per_million_out=2000)}
    with serving(says()) as server, client(server.url, budget=1.0, prices=prices) as asking:
        with pytest.raises(ModelFailure) as caught:
            asking.ask(question(model="decoder"))
        assert (caught.value.kind, caught.value.fatal, server.bodies) == ("budget", True, [])
    assert str(caught.value) == (
        "A budget in money needs the price of 'decoder': give it in [llm.prices.\"decoder\"] of "
        "spikewright.toml, or set a budget in tokens."
    )


def test_a_budget_is_not_reached_by_what_is_only_kept_aside() -> None:
    usage = {"prompt_tokens": 10, "completion_tokens": 5}
    # 15 tokens each although 150 are kept aside: the 21st still finds 150 of 460 left.
    assert spend(40, says(answer(usage=usage)), token_budget=460) == (
        21,
        [
            "The budget of 460 tokens is reached: 315 are spent, "
            "and the next question needs about 150."
        ],
    )


def test_what_was_cut_may_have_cost_something() -> None:
    limits: dict[str, Any] = {"retries": 0, "max_tokens": 50, "token_budget": 299}
    with serving(helpers.cut, says()) as server, client(server.url, **limits) as asking:
        for kind in ("connection", "budget"):
            with pytest.raises(ModelFailure) as caught:
                asking.ask(question("x" * 300))
            assert caught.value.kind == kind


def test_an_attempt_too_many_is_not_made() -> None:
    limits: dict[str, Any] = {"retries": 5, "max_tokens": 50, "token_budget": 449}
    with serving(helpers.cut) as server, client(server.url, **limits) as asking:
        with pytest.raises(ModelFailure) as caught:
            asking.ask(question("x" * 300))
        assert (len(server.bodies), asking.account.retries) == (2, 1)
    assert str(caught.value) == (
        "The budget of 449 tokens is reached: 300 are spent, and the next question needs about 150."
    )


def test_a_replayed_answer_costs_nothing(tmp_path: Path) -> None:
    path = tmp_path / "records.sqlite"
    with serving(says()) as server:
        for _ in range(3):
            with client(server.url, Records(path), max_tokens=50, token_budget=150) as asking:
                assert asking.ask(question("x" * 300)).tokens_out == 50
    assert len(server.bodies) == 1
    assert asking.account.to_json() == {
        "tokens_in": 0,
        "tokens_out": 0,
        "cost": 0.0,
        "requests": 0,
        "retries": 0,
        "replayed": 1,
        "lost": 0,
        "estimated": 0,
        "unpriced": 0,
    }


# One thread that is told to wait waits for all.


def arrivals(asking: Any) -> list[float]:
    """Return when questions arrived, in seconds after the first was told to wait."""
    times: list[float] = []
    told = threading.Event()

    def step(handler: Any) -> None:
        times.append(time.monotonic())
        if len(times) > 1:
            return says()(handler)
        says(b"", 429, **{"retry-after-ms": "600"})(handler)
        handler.wfile.flush()
        return told.set()

    with serving(step) as server, asking(server.url) as client_, ThreadPoolExecutor(4) as pool:
        first = pool.submit(client_.ask, question())
        assert told.wait(5)
        time.sleep(0.05)
        rest = [pool.submit(client_.ask, question(sample=s)) for s in (1, 2, 3)]
        assert all(future.result().text == "module m;" for future in [first, *rest])
    return [at - times[0] for at in times[1:]]


def test_one_limit_slows_all_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    from spikewright.tools.llm.wire import Gate

    assert min(arrivals(client)) >= 0.59
    # The test would see a client whose threads do not tell each other.
    monkeypatch.setattr(Gate, "wait", lambda _self: None)
    assert min(arrivals(client)) < 0.59


def test_a_redirect_takes_the_key_nowhere() -> None:
    with serving(says()) as other:
        away = says(b"", 308, location=f"{other.url}/chat/completions")
        with (
            serving(away) as server,
            client(server.url) as asking,
            pytest.raises(ModelFailure, match="must answer itself, not redirect"),
        ):
            asking.ask(question())
    assert other.heads == []
