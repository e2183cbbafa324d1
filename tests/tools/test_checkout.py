import sys
from pathlib import Path

import pytest

from spikewright.tools import prerequisites
from spikewright.tools.checkout import Checkout, Unable

PYTHON = Path(sys.executable)


def item(name: str, *, present: bool, package: str | None = None) -> prerequisites.Prerequisite:
    return prerequisites.Prerequisite(
        name=name,
        package=package or name,
        purpose="is for tests",
        commands=frozenset({"test"}),
        probe=lambda _interpreter: "somewhere" if present else "",
    )


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    """Return a checkout with just the two files that decide what is installed."""
    (tmp_path / "tools").mkdir()
    (tmp_path / "tools" / "requirements.txt").write_text("numpy==2.0\n")
    (tmp_path / "pyproject.toml").write_text("[project]\n")
    return Checkout(tmp_path)


@pytest.fixture
def commands(checkout: Checkout, monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """Record what would be run; everything succeeds."""
    seen: list[list[str]] = []

    def logged(_title: str, command: list[str]) -> tuple[int, str]:
        seen.append(command)
        return 0, ""

    monkeypatch.setattr(checkout, "logged", logged)
    return seen


# The system's tools.


def test_missing_tool_without_permission_names_the_exact_line(
    checkout: Checkout, commands: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(prerequisites, "apt_privilege", lambda: None)
    needed = [item("make", present=False), item("g++", present=True), item("perl", present=False)]
    with pytest.raises(Unable) as caught:
        checkout.provide(needed, PYTHON)
    assert str(caught.value) == (
        "missing on this system: make (is for tests), perl (is for tests); install with\n"
        "  sudo apt-get install -y make perl\nand run the same command again."
    )
    assert commands == []


def test_no_apt_only_names_the_line(
    checkout: Checkout, commands: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(prerequisites, "apt_privilege", list)
    checkout.allow_apt = False
    with pytest.raises(Unable, match="sudo apt-get install -y make"):
        checkout.provide([item("make", present=False)], PYTHON)
    assert commands == []


def test_missing_tool_is_installed_with_permission(
    checkout: Checkout, commands: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(prerequisites, "apt_privilege", lambda: ["sudo", "-n"])
    answers = iter(["", "/usr/bin/make"])
    tool = prerequisites.Prerequisite(
        name="make",
        package="make",
        purpose="is for tests",
        commands=frozenset(),
        probe=lambda _interpreter: next(answers),
    )
    checkout.provide([tool], PYTHON)
    (command,) = commands
    assert command[:4] == ["sudo", "-n", "env", "DEBIAN_FRONTEND=noninteractive"]
    assert command[4:6] == ["apt-get", "install"]
    assert command[-1] == "make"


def test_tool_that_stays_missing_is_reported(
    checkout: Checkout, commands: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(prerequisites, "apt_privilege", list)
    with pytest.raises(Unable, match=r"^make not found even after installing make\.$"):
        checkout.provide([item("make", present=False)], PYTHON)
    assert len(commands) == 1


def test_old_package_lists_are_renewed_once(
    checkout: Checkout, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = []

    def logged(_title: str, command: list[str]) -> tuple[int, str]:
        seen.append("update" if "update" in command else "install")
        return 100, "E: Unable to locate package make\n"

    monkeypatch.setattr(checkout, "logged", logged)
    message = r"could not install make: E: Unable to locate package make \(the whole output is in"
    with pytest.raises(Unable, match=message):
        checkout.apt_install([], ["make"])
    assert seen == ["install", "update", "install"]


def test_foreign_python_is_not_sent_to_apt(checkout: Checkout, tmp_path: Path) -> None:
    python = tmp_path / "python"
    python.write_text("#!/bin/sh\necho /opt/python 3.12\n")
    python.chmod(0o755)
    library = item("libpython", present=False, package="libpython{python}")
    with pytest.raises(Unable, match=r"use the system's Python or set LIBPYTHON_LOC\.$"):
        checkout.provide([library], python)


# The virtual environment.


def test_broken_environment_is_refused_and_left_alone(checkout: Checkout) -> None:
    checkout.venv.mkdir()
    with pytest.raises(Unable) as caught:
        checkout.check_environment()
    assert str(caught.value) == (
        "the virtual environment is broken (No such file or directory: "
        f"{checkout.python}); delete the folder {checkout.venv} and run this again."
    )
    assert checkout.venv.is_dir()


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("echo No module named pip >&2; exit 1", r"is broken \(No module named pip\); delete the"),
        ("echo 3.10", r"Python must be 3\.11 or newer, not 3\.10; delete the folder"),
    ],
)
def test_unusable_environment(checkout: Checkout, body: str, message: str) -> None:
    checkout.python.parent.mkdir(parents=True)
    checkout.python.write_text(f"#!/bin/sh\n{body}\n")
    checkout.python.chmod(0o755)
    with pytest.raises(Unable, match=message):
        checkout.check_environment()


@pytest.mark.parametrize("interrupt", [False, True])
def test_half_an_environment_is_removed(
    checkout: Checkout, monkeypatch: pytest.MonkeyPatch, interrupt: bool
) -> None:
    def logged(_title: str, _command: list[str]) -> tuple[int, str]:
        (checkout.venv / "bin").mkdir(parents=True)
        if interrupt:
            raise KeyboardInterrupt
        return 1, "Error: no space left\n"

    monkeypatch.setattr(checkout, "logged", logged)
    with pytest.raises(KeyboardInterrupt if interrupt else Unable) as caught:
        checkout.make_environment()
    if not interrupt:
        message = "the virtual environment could not be made: Error: no space left"
        assert str(caught.value) == message
    assert not checkout.venv.exists()


def test_installs_only_when_something_changed(
    checkout: Checkout, commands: list[list[str]]
) -> None:
    checkout.venv.mkdir()
    checkout.install()
    assert [command[5:] for command in commands] == [
        ["install", "-r", str(checkout.pins)],
        ["install", "--no-deps", "--no-build-isolation", "--editable", str(checkout.root)],
    ]
    checkout.install()
    assert len(commands) == 2
    checkout.pins.write_text("numpy==2.1\n")
    checkout.install()
    assert len(commands) == 4
    (checkout.root / "pyproject.toml").write_text("[project]\nversion = '2'\n")
    checkout.install()
    assert len(commands) == 6


@pytest.mark.parametrize(
    ("output", "message"),
    [
        (
            "WARNING: Retrying ... NewConnectionError('...')\nERROR: No matching distribution\n",
            r"^pip reached no package index while installing the pinned packages; connect",
        ),
        (
            "ERROR: broken wheel\nnotice\n",
            r"^pip could not install the pinned packages: ERROR: broken wheel \(the whole output",
        ),
    ],
)
def test_pip_failure_is_one_sentence_and_leaves_no_stamp(
    checkout: Checkout, monkeypatch: pytest.MonkeyPatch, output: str, message: str
) -> None:
    checkout.venv.mkdir()
    monkeypatch.setattr(checkout, "logged", lambda _title, _command: (1, output))
    with pytest.raises(Unable, match=message):
        checkout.install()
    assert not checkout.stamp.exists()


def test_logged_keeps_the_whole_output(
    checkout: Checkout, capfd: pytest.CaptureFixture[str]
) -> None:
    status, text = checkout.logged("trying", ["sh", "-c", "echo one; echo two >&2; exit 3"])
    assert (status, text) == (3, "one\ntwo\n")
    assert checkout.log.read_text() == "$ sh -c 'echo one; echo two >&2; exit 3'\none\ntwo\n"
    assert capfd.readouterr().err == "bootstrap: trying ...\n"


def test_environments_own_programs_come_first(
    checkout: Checkout, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "/usr/bin")
    assert checkout.environment()["PATH"] == f"{checkout.venv}/bin:/usr/bin"
