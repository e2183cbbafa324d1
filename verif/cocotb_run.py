"""Run cocotb tests on a finished build, and believe nothing but the results file."""

from __future__ import annotations

import logging
import os
import re
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO
from xml.etree import ElementTree

from .build import CocotbBuild
from .errors import SimulationFailed, ToolError
from .toolchain import applied, environment

__all__ = ["Results", "read_results", "run_cocotb"]


@dataclass(frozen=True)
class Results:
    """What a run came to.

    Members
    -------
    passed : tuple of str
        Tests that ran and passed.
    failures : dict
        What went wrong, by test; under the empty name what went wrong with the run itself.
    skipped : tuple of str
    xml, log : Path
    waves : Path or None
    seconds : float
    """

    passed: tuple[str, ...]
    failures: Mapping[str, str]
    skipped: tuple[str, ...]
    xml: Path
    log: Path
    waves: Path | None = None
    seconds: float = 0.0

    @property
    def ok(self) -> bool:
        """At least one test ran, and none failed."""
        return bool(self.passed) and not self.failures

    def check(self) -> Results:
        """Raise `SimulationFailed` unless all is well."""
        if not self.ok:
            name, reason = next(iter(self.failures.items()), ("", "no test passed"))
            raise SimulationFailed(
                f"Every test must pass, and {len(self.failures)} failed beside {len(self.passed)} "
                f"passed: {name + ': ' if name else ''}{reason} (log in {self.log})"
            )
        return self


def run_cocotb(
    build: CocotbBuild,
    test_module: str | Sequence[str],
    testcase: str | Sequence[str] | None = None,
    *,
    test_dir: Path,
    env: Mapping[str, str] | None = None,
    plusargs: Sequence[str] = (),
    python_path: Sequence[Path] = (),
    seed: int | None = None,
    waves: bool = False,
    timeout: float = 600.0,
    check: bool = True,
) -> Results:
    """Run the tests of Python modules on a simulator.

    Parameters
    ----------
    build : CocotbBuild
    test_module : str or sequence of str
        Importable in the simulator's process.
    testcase : str or sequence of str, optional
        Names of the tests to run; each must appear in the results. By default all.
    test_dir : Path
        Where everything of this run is written: results, log, waves. One run at a time.
    env : dict, optional
        Further environment variables for the tests.
    plusargs : sequence of str
    python_path : sequence of Path
        Folders of test modules that are not installed.
    seed : int, optional
        Of cocotb's random numbers; 0 by default, so that a run repeats.
    waves : bool
        Write FST waves; the build must have been made for it.
    timeout : float
        Seconds of wall clock after which the simulator is killed.
    check : bool
        Raise unless every test passed; otherwise look at `Results.ok`.

    Returns
    -------
    Results

    Notes
    -----
    The verdict is the results file's alone, and a simulator that ends with an error, or not at all,
    fails the run whatever the file says. Start clocks with ``Clock(..., impl="gpi")``, and let
    Python wake on events, not on every edge: together they are worth a factor of ten.
    """
    if waves and not build.options.waves:
        raise ToolError("Build must be made with Options(waves=True) to write waves")
    test_dir = Path(test_dir).absolute()
    test_dir.mkdir(parents=True, exist_ok=True)
    xml, log = test_dir / "results.xml", test_dir / "simulation.log"
    waves_file = test_dir / f"{build.top}.fst"
    waves_file.unlink(missing_ok=True)
    names = [testcase] if isinstance(testcase, str) else list(testcase or [])
    runner = _runner(build.simulator, dict(env or {}), python_path, timeout)
    started = time.monotonic()
    trouble = ""
    with applied(environment(build.folder.parent)):
        try:
            runner.test(
                test_module=test_module,
                hdl_toplevel=build.top,
                hdl_toplevel_lang="verilog",
                build_dir=build.folder,
                test_dir=test_dir,
                test_filter=_filter(names),
                seed=0 if seed is None else seed,
                test_args=_wave_arguments(build, waves_file) if waves else [],
                plusargs=[*plusargs, *_wave_plusargs(build, waves_file, waves)],
                waves=waves,
                results_xml=str(xml),
                log_file=log,
            )
        except RuntimeError as error:
            trouble = str(error)
    results = read_results(xml, log, names, trouble)
    results = Results(
        results.passed,
        results.failures,
        results.skipped,
        xml,
        log,
        waves_file if waves and waves_file.is_file() else None,
        time.monotonic() - started,
    )
    return results.check() if check else results


def _filter(names: Sequence[str]) -> str | None:
    """Return a filter for whole names: cocotb would take ``a`` for all names that end in it."""
    if not names:
        return None
    return r"\.(" + "|".join(re.escape(name) for name in names) + r")(/.*)?$"


def _wave_arguments(build: CocotbBuild, path: Path) -> list[str]:
    return ["--trace-file", str(path)] if build.simulator == "verilator" else []


def _wave_plusargs(build: CocotbBuild, path: Path, waves: bool) -> list[str]:
    return [f"+dumpfile_path={path}"] if waves and build.simulator == "icarus" else []


def _runner(
    simulator: str, env: Mapping[str, str], python_path: Sequence[Path], timeout: float
) -> Any:
    """Return cocotb's runner, with our environment and a limit to the time it may take."""
    from cocotb_tools.runner import Icarus, Verilator

    base: Any = Icarus if simulator == "icarus" else Verilator

    class Runner(base):
        def _execute_cmds(
            self, cmds: Sequence[Sequence[str]], cwd: Any, stdout: TextIO | None = None
        ) -> None:
            folders = [str(Path(folder).absolute()) for folder in python_path]
            path = os.pathsep.join([*folders, self.env.get("PYTHONPATH", "")])
            for command in cmds:
                _execute(command, cwd, {**self.env, "PYTHONPATH": path, **env}, stdout, timeout)

    runner = Runner()
    runner.log.setLevel(logging.CRITICAL)
    return runner


def _execute(
    command: Sequence[str],
    cwd: Any,
    env: Mapping[str, str],
    stdout: TextIO | None,
    timeout: float,
) -> None:
    """Run a simulator in a process group of its own, and leave nothing of it behind."""
    process = subprocess.Popen(
        command,
        cwd=cwd,
        env=env,
        stdin=subprocess.DEVNULL,
        stdout=stdout,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    try:
        code = process.wait(timeout)
    except subprocess.TimeoutExpired:
        raise RuntimeError(f"the simulator did not end within {timeout:g} seconds") from None
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
    if code < 0:
        raise RuntimeError(f"the simulator was ended by {signal.Signals(-code).name}")
    if code:
        raise RuntimeError(f"the simulator ended with code {code}")


def read_results(xml: Path, log: Path, wanted: Sequence[str] = (), trouble: str = "") -> Results:
    """Read the verdict from a results file.

    Parameters
    ----------
    xml : Path
    log : Path
        Only named in the result, never read.
    wanted : sequence of str
        Tests that must be among the results.
    trouble : str
        What is known to have gone wrong with the run itself.
    """
    passed, skipped, failures = [], [], {}
    cases, complaint = _cases(xml)
    for case in cases:
        name = case.get("name", "")
        bad = [child for child in case if child.tag in ("failure", "error")]
        if bad:
            failures[name] = _reason(bad[0])
        elif case.find("skipped") is not None:
            skipped.append(name)
        else:
            passed.append(name)
    seen = {name.partition("/")[0] for name in (*passed, *failures)}
    missing = [name for name in wanted if name not in seen]
    if missing:
        complaint = complaint or f"test {missing[0]} must run, and did not"
    if not passed and not failures:
        complaint = complaint or "at least one test must run, and none did"
    if trouble and not failures:
        complaint = f"{trouble}; {complaint}" if complaint else trouble
    if complaint:
        failures[""] = complaint
    return Results(tuple(passed), failures, tuple(skipped), xml, log)


def _cases(xml: Path) -> tuple[list[ElementTree.Element], str]:
    """Return the test cases, and what is wrong with the file."""
    if not xml.is_file():
        return [], "the run left no results file"
    try:
        root = ElementTree.parse(xml).getroot()
    except ElementTree.ParseError as error:
        return [], f"the results file must be XML, and is not: {error}"
    cases = list(root.iter("testcase"))
    for suite in root.iter("testsuite"):
        told = sum(int(suite.get(kind, 0)) for kind in ("failures", "errors"))
        found = sum(
            1
            for case in suite.iter("testcase")
            for child in case
            if child.tag in ("failure", "error")
        )
        if told > found:
            return cases, f"the results file tells of {told} failures and lists {found}"
    return cases, ""


def _reason(element: ElementTree.Element) -> str:
    for name in ("message", "error_msg", "error_type", "type"):
        text = element.get(name)
        if text:
            return text.strip().splitlines()[0]
    lines = (element.text or "").strip().splitlines()
    return lines[-1] if lines else "no reason given"
