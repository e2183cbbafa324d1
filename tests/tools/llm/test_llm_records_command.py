"""`spikewright llm records`: the list, one exchange, and bad files."""

import json
import runpy
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest

from spikewright.tools.llm.clean import cleaned
from spikewright.tools.llm.record import Exchange, Records

folder = Path(__file__).parent.parent
helpers = SimpleNamespace(**runpy.run_path(str(folder / "command_helpers.py")))

QUESTION = {"model": "m", "seed": 3, "messages": [{"role": "user", "content": "Write\n  HDL."}]}
ANSWER = {
    "choices": [{"message": {"content": "wire \x1b[31ma;\n[bold]\u202e"}, "finish_reason": "stop"}]
}
GOOD = Exchange(
    key="3f9a" * 16,
    time="2026-11-22T16:00:44.123+00:00",
    purpose="encode",
    unit="relay",
    model="m",
    sample=0,
    prompt="p",
    server="localhost",
    request=json.dumps(QUESTION),
    raw=json.dumps(ANSWER).encode(),
    status=200,
    outcome="answer",
    finish="stop",
    tokens_in=1200,
    tokens_out=40,
    cost=0.25,
    seconds=1.5,
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "records.sqlite"
    with Records(path) as records:
        records.add(replace(GOOD, outcome="http 429", status=429, raw=b"slow\x07", tokens_in=0))
        records.add(GOOD)
        records.add(GOOD)
        other = replace(GOOD, key="3f00" * 16, model="n\x1b[2J", estimated=True, cost=None)
        records.add(replace(other, unit="merge", simulated=True))
    return path


def run(*arguments: object) -> tuple[int, list[str], str]:
    status, text, complaint = helpers.invoke("llm", "records", *arguments)
    assert "\x1b" not in text
    return status, text.splitlines(), complaint


def test_the_list(path: Path) -> None:
    status, lines, _ = run(path)
    assert status == 0
    words = [line.split() for line in lines[1:3]]
    day = ["2026-11-22", "16:00:44"]
    assert words == [
        [*day, "3f9a3f9a3f", "encode", "relay", "m", "0", "1,200", "+", "40", "0.2500", "stop"],
        [
            *[*day, "3f003f003f", "encode", "merge", cleaned("n\x1b[2J"), "(SIMULATED)", "0"],
            *["~1,200", "+", "40", "-", "stop"],
        ],
    ]
    assert lines[3:] == [
        "2 answers, 1 paid for twice, 1 failed attempts, 3,600 + 120 tokens, cost 0.5000, "
        "1 without a price",
        "1 of these exchanges are SIMULATED: no model wrote them.",
    ]


def test_failed_attempts(path: Path) -> None:
    _, lines, _ = run(path, "--failed")
    assert [line.split()[-2:] for line in lines[1:3]] == [["http", "429"], ["0.2500", "duplicate"]]


def test_json(path: Path) -> None:
    _, text, _ = helpers.invoke("llm", "records", path, "--json")
    found = json.loads(text)
    assert [e["key"][:4] for e in found["exchanges"]] == ["3f9a", "3f00"]
    assert found["exchanges"][0]["cost"] == 0.25
    assert (found["answers"], found["failed"], found["duplicates"]) == (2, 1, 1)
    assert (found["tokens_in"], found["tokens_out"], found["simulated"]) == (3600, 120, 1)


def test_one_exchange(path: Path) -> None:
    status, lines, _ = run(path, "--show", "3F9A")
    assert status == 0
    assert "unit: relay" in lines
    assert 'settings: {"model": "m", "seed": 3}' in lines
    wrote = cleaned("wire \x1b[31ma;\n[bold]\u202e").splitlines()
    assert lines[-5:] == ["  HDL.", "", "--- answer", *wrote]
    _, lines, _ = run(path, "--show", "3f00")
    assert "SIMULATED: no model wrote this, but Spikewright's own server." in lines
    _, text, _ = helpers.invoke("llm", "records", path, "--show", "3f9a", "--json")
    shown = json.loads(text)
    assert shown["request"] == QUESTION
    assert json.loads(shown["raw"]) == ANSWER


def test_what_cannot_be_shown(path: Path) -> None:
    assert run(path, "--show", "3f") == (2, [], f"'3f' must start one key of {path}, not 2.\n")
    assert run(path, "--show", "%") == (
        *(2, []),
        f"{path} must hold a key that starts with '%', and does not.\n",
    )


def test_bad_files(tmp_path: Path) -> None:
    path = tmp_path / "none.sqlite"
    assert run(path) == (2, [], f"Cannot use {path}: No such file or directory.\n")
    path.write_bytes(b"SQLite format 3\0" + b"\xff" * 5000)
    assert run(path) == (2, [], f"{path} must hold whole records, and is damaged.\n")
