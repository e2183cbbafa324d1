"""`spikewright lct diff`: what it prints, its exit status, and as a diff driver of real git."""

import json
import os
import runpy
import shutil
import subprocess
import sys
from functools import partial
from pathlib import Path
from types import SimpleNamespace

import pytest

from spikewright.lct.library import UNITS

helpers = SimpleNamespace(**runpy.run_path(str(Path(__file__).with_name("command_helpers.py"))))
run = partial(helpers.invoke, "lct", "diff")

OLD = (UNITS / "forward_east.lct.md").read_text(encoding="utf-8")
EDIT = ("| idle | 0 | - | - | => | 0 | 0 |", "| idle | 0 | - | - | => | 0 | 1 |")
SAID = """\
behaviour changed: route idle
  where west.valid = 0
    east.valid: 0 -> 1
  for example west.valid = 0, west.payload.dx = 0, west.payload.dy = 0
rows and names with a part in the above:
  table route, row idle: => east.valid: 0 -> 1
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with the old table, and the new one beside it in a folder of its own."""
    for side in ("units", "new"):
        (tmp_path / side).mkdir()
        shutil.copy(UNITS / "chip.lct.md", tmp_path / side)
        (tmp_path / side / "forward_east.lct.md").write_text(OLD, encoding="utf-8")
    return tmp_path


def paths(folder: Path, *edit: str) -> list[Path]:
    new = folder / "new" / "forward_east.lct.md"
    if edit:
        assert OLD.count(edit[0]) == 1
        new.write_text(OLD.replace(*edit), encoding="utf-8")
    return [folder / "units" / new.name, new]


def test_nothing_is_said_where_nothing_changed(folder: Path) -> None:
    assert run(*paths(folder)) == (0, "", "")


def test_behaviour_that_changed_is_status_1(folder: Path) -> None:
    assert run(*paths(folder, *EDIT)) == (1, SAID, "")


def test_only_words_are_status_0(folder: Path) -> None:
    said = "only words:\n  table route, row idle is called quiet now\n"
    assert run(*paths(folder, "| idle |", "| quiet |")) == (0, said, "")


def test_as_json(folder: Path) -> None:
    status, out, _ = run(*paths(folder, *EDIT), "--json")
    found = json.loads(out)
    assert status == 1
    assert found["behaviour"] is True
    assert [r["conditions"] for r in found["regions"]] == [["west.valid = 0"]]


def test_a_table_with_faults_is_one_sentence_and_status_2(folder: Path) -> None:
    old, new = paths(folder, "| idle | 0 |", "| idle | west.nothing |")
    status, out, complaint = run(old, new)
    assert (status, out) == (2, "")
    assert complaint == (
        f"{new} has faults: forward_east.lct.md:28:10 (table route, row idle, column west.valid): "
        "unknown-name: a stream has valid, ready and payload, not nothing.\n"
    )


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["a"], None),
        (["a", "b", "c"], "A diff has two versions, OLD and NEW, not 3.\n"),
        (["nowhere.lct.md", "b"], "There is no file nowhere.lct.md.\n"),
        ([UNITS / "__init__.py", "b"],
         "The file of a unit is called NAME.lct.md, not __init__.py.\n"),
        ([f"HEAD:{UNITS}/nowhere.lct.md", "b"],
         f"There is no file {UNITS}/nowhere.lct.md in revision HEAD of git.\n"),
    ],
)  # fmt: skip
def test_what_cannot_be_compared(words: list[object], sentence: str | None) -> None:
    expected = (0, "a is not merged\n", "") if sentence is None else (2, "", sentence)
    assert run(*words) == expected


@pytest.fixture
def repository(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A git repository with the driver, as the README sets it up."""
    if shutil.which("git") is None:
        pytest.skip("git is not installed")
    for name in [n for n in os.environ if n.startswith("GIT_")]:
        monkeypatch.delenv(name)
    command = Path(sys.executable).with_name("spikewright")
    git(folder, "init", "-q")
    git(folder, "config", "diff.lct.command", f"{command} lct diff")
    (folder / ".gitattributes").write_text("*.lct.md diff=lct\n", encoding="utf-8")
    git(folder, "add", ".")
    git(folder, "-c", "user.name=a", "-c", "user.email=a@b", "commit", "-q", "-m", "first")
    return folder


def git(folder: Path, *arguments: str) -> str:
    done = subprocess.run(
        ["git", *arguments], cwd=folder, capture_output=True, text=True, check=True
    )
    return done.stdout + done.stderr


def test_git_shows_tables_by_their_behaviour(repository: Path) -> None:
    path = repository / "units" / "forward_east.lct.md"
    path.write_text(OLD.replace(*EDIT), encoding="utf-8")
    assert git(repository, "diff") == "lct diff units/forward_east.lct.md\n" + SAID
    # A revision by name, with the units that it had then.
    named = f"HEAD:{path.relative_to(repository)}"
    shutil.move(repository / "units" / "chip.lct.md", repository / "moved")
    done = subprocess.run(
        [Path(sys.executable).with_name("spikewright"), "lct", "diff", named,
         repository / "new" / "forward_east.lct.md"],
        cwd=repository, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_git_gets_plain_text_where_a_version_is_missing_or_has_faults(repository: Path) -> None:
    path = repository / "units" / "forward_east.lct.md"
    path.write_text(OLD.replace("| idle | 0 |", "| idle | west.nothing |"), encoding="utf-8")
    shown = git(repository, "diff")
    assert "the plain difference instead:\n--- old units/forward_east.lct.md" in shown
    assert "new units/forward_east.lct.md has faults: forward_east.lct.md:28:10" in shown
    path.unlink()
    shown = git(repository, "diff")
    assert shown.startswith("lct diff units/forward_east.lct.md\nunit forward_east is removed\n---")
    path.write_text(OLD + "\n\n", encoding="utf-8")
    assert git(repository, "diff").endswith("forward_east.lct.md\nonly spaces changed\n")
