import json
import re
from pathlib import Path

import numpy as np
import pytest

from spikewright.tools import console


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    result = Clock()
    monkeypatch.setattr(console.time, "monotonic", result.monotonic)
    return result


def test_json_holds_numpy_sets_and_paths(capsys: pytest.CaptureFixture[str]) -> None:
    value = {"n": np.int32(3), "a": np.arange(2), "s": {"b", "a"}, "p": Path("x"), "µ": 1.5}
    console.print_json(value)
    text = capsys.readouterr().out
    assert "µ" in text
    assert json.loads(text) == {"n": 3, "a": [0, 1], "s": ["a", "b"], "p": "x", "µ": 1.5}


def test_json_refuses_the_rest() -> None:
    with pytest.raises(TypeError, match=r"^JSON cannot hold a object\.$"):
        console.print_json(object())
    with pytest.raises(ValueError, match="not JSON compliant"):
        console.print_json(float("nan"))


def test_progress_is_silent_when_short(clock: Clock, capsys: pytest.CaptureFixture[str]) -> None:
    with console.progress("working", 2) as advance:
        clock.now = 1.9
        advance(2)
    assert capsys.readouterr() == ("", "")


def test_progress_prints_a_line_now_and_again(
    clock: Clock, capsys: pytest.CaptureFixture[str]
) -> None:
    with console.progress("working", 100) as advance:
        for clock.now in range(1, 26):
            advance(1)
    lines = capsys.readouterr().err.splitlines()
    assert lines == ["working: 2/100", "working: 12/100", "working: 22/100"]


def test_progress_tells_the_rate(clock: Clock, capsys: pytest.CaptureFixture[str]) -> None:
    with console.progress("working", 90_000, rate="ticks") as advance:
        for clock.now, steps in ((1, 1), (4, 5), (14, 10), (28, 59_984)):
            advance(steps)
    lines = capsys.readouterr().err.splitlines()
    assert lines == [
        "working: 6/90000, 1.5 ticks/s",
        "working: 16/90000, 1.1 ticks/s",
        "working: 60000/90000, 2,143 ticks/s",
    ]


def test_progress_bar_with_a_rate(
    clock: Clock, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    terminal = console.Console(stderr=True, force_terminal=True, width=100)
    monkeypatch.setattr(console, "err", terminal)
    with console.progress("working", 4000, rate="ticks") as advance:
        clock.now = 2
        advance(3000)
    assert re.search(r"3000/4000.*1,500 ticks/s", capsys.readouterr().err)


def test_progress_bar_on_a_terminal(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    terminal = console.Console(stderr=True, force_terminal=True, width=80)
    monkeypatch.setattr(console, "err", terminal)
    with console.progress("working", 4) as advance:
        advance(3)
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "3/4" in captured.err


@pytest.mark.parametrize("content", ["tëxt\n", b"\x00\xff"])
def test_atomic_write(tmp_path: Path, content: str | bytes) -> None:
    path = tmp_path / "file"
    console.atomic_write(path, content)
    console.atomic_write(path, content)
    expected = content.encode() if isinstance(content, str) else content
    assert path.read_bytes() == expected
    assert list(tmp_path.iterdir()) == [path]


def test_failure_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_text("old")

    def fail_half_way() -> None:
        with console.atomic_path(path) as temporary:
            temporary.write_text("half")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail_half_way()
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_error_names_the_file_that_was_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "missing" / "file"
    with pytest.raises(FileNotFoundError) as caught:
        console.atomic_write(path, "text")
    assert caught.value.filename == str(path)
