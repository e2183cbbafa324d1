from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from spikewright.verif.build import CocotbBuild, build_cocotb
from spikewright.verif.cocotb_run import Results, read_results, run_cocotb
from spikewright.verif.design import Design, Options
from spikewright.verif.errors import SimulationFailed, ToolError

BENCHES = Path(__file__).with_name("benches")
HAS_FST = all(Path("/usr/include", name).is_file() for name in ("lz4.h", "zlib.h"))


@pytest.fixture(scope="module", params=["verilator", "icarus"])
def build(request: pytest.FixtureRequest, counter: Design) -> CocotbBuild:
    if request.param == "icarus" and shutil.which("iverilog") is None:
        pytest.skip("iverilog is not installed")
    return build_cocotb(counter, simulator=request.param)


def run(build: CocotbBuild, folder: Path, testcase: str | list[str] | None) -> Results:
    return run_cocotb(
        build,
        "counter_bench",
        testcase,
        test_dir=folder,
        python_path=[BENCHES],
        timeout=2 if testcase == "hangs" else 60,
        check=False,
    )


def test_a_passing_run(build: CocotbBuild, tmp_path: Path) -> None:
    results = run_cocotb(
        build,
        "counter_bench",
        "counts",
        test_dir=tmp_path,
        python_path=[BENCHES],
        env={"EXPECTED_ENV": "set"},
        plusargs=["+word=given"],
    )
    assert results.ok
    assert results.passed == ("counts",)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["results.xml", "simulation.log"]


def test_environment_and_plusargs_reach_the_test(build: CocotbBuild, tmp_path: Path) -> None:
    for name, env, plusargs in (("env", {"EXPECTED_ENV": "x"}, []), ("plus", {}, ["+word=x"])):
        results = run_cocotb(
            build,
            "counter_bench",
            "counts",
            test_dir=tmp_path / name,
            python_path=[BENCHES],
            env=env,
            plusargs=plusargs,
            check=False,
        )
        assert list(results.failures) == ["counts"]


def test_parametrised_tests_count_by_their_name(build: CocotbBuild, tmp_path: Path) -> None:
    assert run(build, tmp_path, "repeats").passed == ("repeats/value=1", "repeats/value=2")


def test_a_failing_run(build: CocotbBuild, tmp_path: Path) -> None:
    """Whatever the test prints, and although others passed."""
    results = run(build, tmp_path, ["counts", "fails"])
    assert not results.ok
    assert results.passed == ("counts",)
    assert results.failures == {"fails": "planted"}
    message = "^Every test must pass, and 1 failed beside 1 passed: fails: planted "
    with pytest.raises(SimulationFailed, match=message):
        results.check()


@pytest.mark.parametrize(
    ("testcase", "reason"),
    [
        ("nothing", "test nothing must run, and did not"),
        (["counts", "nothing"], "test nothing must run, and did not"),
        ("crashes", "the simulator was ended by SIGSEGV; the run left no results file"),
        ("leaves", "the run left no results file"),
        ("hangs", "the simulator did not end within 2 seconds; the run left no results file"),
    ],
)
def test_runs_without_a_verdict_fail(
    build: CocotbBuild, tmp_path: Path, testcase: str | list[str], reason: str
) -> None:
    # A file from an earlier run must not be taken for this one's.
    (tmp_path / "results.xml").write_text(
        '<testsuites><testsuite><testcase name="crashes"/></testsuite></testsuites>'
    )
    results = run(build, tmp_path, testcase)
    assert not results.ok
    assert results.failures == {"": reason}


def test_a_design_that_ends_the_simulation(build: CocotbBuild, tmp_path: Path) -> None:
    assert not run(build, tmp_path, "finishes").ok


@pytest.mark.skipif(not HAS_FST, reason="lz4.h or zlib.h is not installed")
def test_waves(build: CocotbBuild, counter: Design, tmp_path: Path) -> None:
    with pytest.raises(ToolError, match=r"^Build must be made with Options\(waves=True\)"):
        run_cocotb(build, "counter_bench", test_dir=tmp_path, waves=True)
    waving = build_cocotb(counter, simulator=build.simulator, options=Options(waves=True))
    results = run_cocotb(
        waving, "counter_bench", "counts", test_dir=tmp_path, python_path=[BENCHES], waves=True
    )
    assert results.waves == tmp_path / "counter.fst"
    assert results.waves.stat().st_size > 100


@pytest.mark.parametrize(
    ("text", "failures"),
    [
        ("<testsuites/>", {"": "at least one test must run, and none did"}),
        ("<testsuites><testsuite>", {"": "the results file must be XML, and is not: "}),
        (
            '<testsuites><testsuite failures="1"><testcase name="a"/></testsuite></testsuites>',
            {"": "the results file tells of 1 failures and lists 0"},
        ),
        (
            '<s><testsuite><testcase name="a"><skipped/></testcase></testsuite></s>',
            {"": "at least one test must run, and none did"},
        ),
        (
            '<s><testsuite><testcase name="a"><error error_msg="E: x"/></testcase></testsuite></s>',
            {"a": "E: x"},
        ),
    ],
)
def test_results_files_that_say_no(text: str, failures: dict[str, str], tmp_path: Path) -> None:
    xml = tmp_path / "results.xml"
    xml.write_text(text)
    results = read_results(xml, tmp_path / "log")
    assert not results.ok
    assert list(results.failures) == list(failures)
    for name, reason in failures.items():
        assert results.failures[name].startswith(reason)


def test_an_error_of_the_simulator_outweighs_its_results_file(tmp_path: Path) -> None:
    xml = tmp_path / "results.xml"
    xml.write_text('<testsuites><testsuite><testcase name="a"/></testsuite></testsuites>')
    assert read_results(xml, tmp_path / "log").ok
    results = read_results(xml, tmp_path / "log", trouble="the simulator ended with code 1")
    assert results.failures == {"": "the simulator ended with code 1"}
    assert not results.ok
