from __future__ import annotations

import multiprocessing
import os
import signal
import time
from pathlib import Path

import pytest

from spikewright.verif import cache
from spikewright.verif.errors import ToolError

FORK = multiprocessing.get_context("fork")


def write(folder: Path) -> None:
    (folder / "product").write_text("made")


def test_a_build_is_made_once(tmp_path: Path) -> None:
    made = []

    def make(folder: Path) -> None:
        made.append(folder)
        write(folder)

    first = cache.build_once(tmp_path, "unit-1", make)
    assert cache.build_once(tmp_path, "unit-1", make) == first == tmp_path / "unit-1"
    assert (first / "product").read_text() == "made"
    assert len(made) == 1
    cache.build_once(tmp_path, "unit-2", make)
    assert len(made) == 2


def test_a_failed_build_leaves_nothing(tmp_path: Path) -> None:
    def fail(folder: Path) -> None:
        write(folder)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        cache.build_once(tmp_path, "unit", fail)
    assert [path.name for path in tmp_path.iterdir()] == ["locks"]
    assert (cache.build_once(tmp_path, "unit", write) / "product").is_file()


def _hang(folder: Path) -> None:
    write(folder)
    time.sleep(60)


@pytest.mark.parametrize("next_build", ["unit", "another"])
def test_a_killed_build_is_swept_up_by_the_next(tmp_path: Path, next_build: str) -> None:
    process = FORK.Process(target=cache.build_once, args=(tmp_path, "unit", _hang))
    process.start()
    partial = tmp_path / "unit.partial"
    deadline = time.monotonic() + 10
    while not (partial / "product").exists():
        assert time.monotonic() < deadline
        time.sleep(0.01)
    # While it lives, it is left alone.
    cache.build_once(tmp_path, "meanwhile", write)
    assert partial.exists()
    os.kill(process.pid or 0, signal.SIGKILL)
    process.join()
    assert partial.exists()
    assert not (tmp_path / "unit").exists()
    cache.build_once(tmp_path, next_build, write)
    assert not partial.exists()
    assert (tmp_path / next_build / "product").is_file()


def _note(folder: Path) -> None:
    with (folder.parent / "notes").open("a") as file:
        file.write("made\n")
    time.sleep(0.2)
    write(folder)


def test_two_processes_build_once(tmp_path: Path) -> None:
    processes = [
        FORK.Process(target=cache.build_once, args=(tmp_path, "unit", _note)) for _ in range(3)
    ]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    assert [process.exitcode for process in processes] == [0, 0, 0]
    assert (tmp_path / "notes").read_text() == "made\n"


def test_make_cannot_take_spaces(tmp_path: Path) -> None:
    root = tmp_path / "two words"
    with pytest.raises(ToolError, match=r"^Build folder must have no space in its path, .* not "):
        cache.build_once(root, "unit", write)


def test_an_unwritable_folder(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    message = "^Build folder .*/file must be writable: Not a directory; name another in"
    with pytest.raises(ToolError, match=message):
        cache.build_once(tmp_path / "file", "unit", write)


def test_default_root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SPIKEWRIGHT_BUILD", raising=False)
    assert cache.default_root().parts[-2:] == ("build", "sim")
    assert (cache.default_root().parent.parent / "pyproject.toml").is_file()
    monkeypatch.setattr(cache, "__file__", str(tmp_path / "site" / "verif" / "cache.py"))
    monkeypatch.chdir(tmp_path)
    assert cache.default_root() == tmp_path / "build" / "sim"
    monkeypatch.setenv("SPIKEWRIGHT_BUILD", "elsewhere")
    assert cache.default_root() == tmp_path / "elsewhere"


def test_digest_depends_on_content_alone() -> None:
    assert cache.digest({"a": 1, "b": [2]}) == cache.digest({"b": [2], "a": 1})
    assert cache.digest({"a": 1}) != cache.digest({"a": 2})
