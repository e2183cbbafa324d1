import ast
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from spikewright.tools import bootstrap, prerequisites
from spikewright.tools.bootstrap import Checkout, Unable

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = ROOT / "tools" / "bootstrap.py"
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


Runner = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def start() -> Runner:
    def run(
        *arguments: str, script: Path = SCRIPT, **changes: str
    ) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [sys.executable, str(script), *arguments],
            capture_output=True,
            text=True,
            check=False,
            env={**os.environ, **changes},
        )

    return run


# The script as a program.


def test_help_shows_examples(start: Runner) -> None:
    done = start("--help")
    assert done.returncode == 0
    assert "python3 tools/bootstrap.py demo" in done.stdout


@pytest.mark.parametrize("arguments", [(), ("nonsense",), ("--nonsense",), ("lint", "hdl")])
def test_wrong_usage(start: Runner, arguments: tuple[str, ...]) -> None:
    done = start(*arguments)
    assert done.returncode == 2
    assert "usage: python3 tools/bootstrap.py" in done.stderr
    assert "Traceback" not in done.stderr


def test_help_after_the_command_is_ours_where_nothing_is_handed_on(start: Runner) -> None:
    assert "examples:" in start("setup", "--help").stdout


def test_old_python_gets_one_sentence() -> None:
    program = (
        "import runpy, sys\n"
        "sys.version_info = (3, 9, 2)\n"
        f"runpy.run_path({str(SCRIPT)!r}, run_name='__main__')\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert done.stderr == (
        "bootstrap: Python must be 3.11 or newer, not 3.9; start this with a newer one, "
        "for example: python3.11 tools/bootstrap.py\n"
    )


def test_syntax_can_be_read_by_what_the_version_check_refuses() -> None:
    ast.parse(SCRIPT.read_text(), feature_version=(3, 6))


def test_bootstrap_needs_the_standard_library_only() -> None:
    siblings = {"spikewright", "prerequisites", "typelinks"}
    for name in ("bootstrap", "prerequisites", "typelinks"):
        tree = ast.parse((ROOT / "tools" / f"{name}.py").read_text())
        for node in ast.walk(tree):
            modules = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            modules += [str(node.module)] if isinstance(node, ast.ImportFrom) else []
            roots = {module.partition(".")[0] for module in modules}
            assert roots <= set(sys.stdlib_module_names) | siblings, name


def test_no_tool_hides_a_module_of_the_standard_library() -> None:
    # Python searches the script's folder first.
    names = {path.stem for path in (ROOT / "tools").glob("*.py")}
    assert names & set(sys.stdlib_module_names) == set()


def test_ci_runs_the_same_command_as_a_developer() -> None:
    script = ROOT / ".ci" / "run"
    lines = [line for line in script.read_text().splitlines() if not line.startswith("#")]
    assert lines[-1] == "python3 tools/bootstrap.py test"
    assert "set -e" in lines
    assert os.access(script, os.X_OK)


# The system's tools.


def test_what_commands_need() -> None:
    assert prerequisites.needed_by("lint") == []
    names = [found.name for found in prerequisites.needed_by("demo")]
    assert names == ["g++", "make", "perl", "libpython"]
    names = [found.name for found in prerequisites.needed_by("compare")]
    assert names[-2:] == ["lz4.h", "zlib.h"]
    everything = {found.name for found in prerequisites.needed_by("setup")}
    assert everything >= set(names)
    assert "ccache" not in everything


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


def test_package_is_named_for_the_systems_python(tmp_path: Path) -> None:
    python = tmp_path / "python"
    python.write_text("#!/bin/sh\necho /usr 3.12\n")
    python.chmod(0o755)
    assert prerequisites.ENSUREPIP.package_for(python) == "python3.12-venv"


def test_privilege(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert prerequisites.apt_privilege() is None
    for name, status in (("apt-get", 0), ("sudo", 1)):
        (tmp_path / name).write_text(f"#!/bin/sh\nexit {status}\n")
        (tmp_path / name).chmod(0o755)
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    assert prerequisites.apt_privilege() == []
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert prerequisites.apt_privilege() is None
    (tmp_path / "sudo").write_text("#!/bin/sh\nexit 0\n")
    assert prerequisites.apt_privilege() == ["sudo", "-n"]


def test_header_is_asked_of_the_compiler(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "lz4.h").write_text("\n")
    monkeypatch.setenv("CPATH", str(tmp_path))
    header = next(found for found in prerequisites.PREREQUISITES if found.name == "lz4.h")
    assert header.probe(PYTHON) == str(tmp_path / "lz4.h")
    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr(prerequisites, "INCLUDE_FOLDERS", (tmp_path / "none", tmp_path))
    assert header.probe(PYTHON) == str(tmp_path / "lz4.h")


def test_incomplete_perl_does_not_count(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "perl").write_text("#!/bin/sh\nexit 2\n")
    (tmp_path / "perl").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    perl = next(found for found in prerequisites.PREREQUISITES if found.name == "perl")
    assert perl.probe(PYTHON) == ""


def test_bare_system_without_apt_ends_with_the_line(tmp_path: Path, start: Runner) -> None:
    tree = tmp_path / "tree"
    for part in ("tools", "golden", "hdl", "lct", "verif"):
        shutil.copytree(ROOT / part, tree / part, ignore=shutil.ignore_patterns("__pycache__"))
    empty = tmp_path / "bin"
    empty.mkdir()
    done = start("demo", script=tree / "tools" / "bootstrap.py", PATH=str(empty))
    assert done.returncode == 2
    assert "  sudo apt-get install -y g++ make perl" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tree / ".venv").exists()


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


# Commands.


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, ...]]:
    """Record what main would prepare and run; pytest fails, the rest succeeds."""
    seen: list[tuple[str, ...]] = []

    def call(_checkout: Checkout, module: str, *arguments: str) -> int:
        seen.append((module, *arguments))
        return 1 if module == "pytest" and "fail" in arguments else 0

    def become(_checkout: Checkout, *arguments: str) -> int:
        seen.append(("spikewright", *arguments))
        return 0

    monkeypatch.setattr(Checkout, "prepare", lambda _self, name: seen.append(("prepare", name)))
    monkeypatch.setattr(Checkout, "call", call)
    monkeypatch.setattr(Checkout, "become", become)
    return seen


LINT = [("ruff", "check"), ("ruff", "format", "--check"), ("mypy",)]


@pytest.mark.parametrize(
    ("argv", "expected"),
    [
        (["setup"], [("prepare", "setup")]),
        (["lint"], [("prepare", "lint"), *LINT]),
        (["demo", "--json"], [("prepare", "demo"), ("spikewright", "demo", "--json")]),
        (["demo", "--help"], [("prepare", "demo"), ("spikewright", "demo", "--help")]),
        (["run", "--", "--help"], [("prepare", "--help"), ("spikewright", "--help")]),
        (["run", "compare", "a"], [("prepare", "compare"), ("spikewright", "compare", "a")]),
        (["run"], [("prepare", "run"), ("spikewright",)]),
        (["test", "-k", "x"], [("prepare", "test"), *LINT, ("pytest", "-n", "2", "-k", "x")]),
    ],
)
def test_commands(
    calls: list[tuple[str, ...]], argv: list[str], expected: list[tuple[str, ...]]
) -> None:
    assert bootstrap.main(argv) == 0
    assert calls == expected


def test_failing_tests_give_status_1(calls: list[tuple[str, ...]]) -> None:
    assert bootstrap.main(["test", "fail"]) == 1
    assert len(calls) == 5


@pytest.mark.parametrize(("status", "expected"), [(0, 1), (1, 1), (2, 2), (5, 2)])
def test_fault_of_style_does_not_hide_the_tests(
    checkout: Checkout, monkeypatch: pytest.MonkeyPatch, status: int, expected: int
) -> None:
    def call(module: str, *_arguments: str) -> int:
        return status if module == "pytest" else 1

    monkeypatch.setattr(checkout, "call", call)
    assert bootstrap.lint(checkout, []) == 1
    assert bootstrap.test(checkout, []) == expected


@pytest.mark.parametrize(
    ("error", "status", "line"),
    [
        (Unable("it cannot be."), 2, "bootstrap: it cannot be.\n"),
        (KeyboardInterrupt(), 130, "bootstrap: interrupted\n"),
        (
            PermissionError(13, "Permission denied", "/x"),
            2,
            "bootstrap: cannot use /x: Permission denied\n",
        ),
    ],
)
def test_ends_with_one_line(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    error: BaseException,
    status: int,
    line: str,
) -> None:
    def prepare(_checkout: Checkout, _command: str) -> None:
        raise error

    monkeypatch.setattr(Checkout, "prepare", prepare)
    assert bootstrap.main(["demo"]) == status
    assert capsys.readouterr().err == line
