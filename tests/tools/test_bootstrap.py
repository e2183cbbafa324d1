import ast
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from spikewright.tools import bootstrap
from spikewright.tools.checkout import Checkout, Unable

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = ROOT / "tools" / "bootstrap.py"

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
    loaded = ("bootstrap", "checkout", "prerequisites", "typelinks")
    for name in loaded:
        tree = ast.parse((ROOT / "tools" / f"{name}.py").read_text())
        for node in ast.walk(tree):
            modules = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            modules += [str(node.module)] if isinstance(node, ast.ImportFrom) else []
            roots = {module.partition(".")[0] for module in modules}
            assert roots <= {*sys.stdlib_module_names, *loaded, "spikewright"}, name


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
        (["test", "x"], [("prepare", "test"), *LINT, ("pytest", *bootstrap.PYTEST, "x")]),
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
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, status: int, expected: int
) -> None:
    checkout = Checkout(tmp_path)

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
