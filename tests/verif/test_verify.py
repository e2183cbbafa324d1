import re
import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import Executor
from pathlib import Path
from typing import Any

import pytest

from spikewright.golden.architecture import Architecture
from spikewright.verif.blocks import BLOCKS, block_named
from spikewright.verif.errors import ToolError
from spikewright.verif.report import Report
from spikewright.verif.sizes import INCLUSIVE
from spikewright.verif.verify import Task, cases_of, processes, verify, verify_all

Verify = Callable[..., Report]

TINY = Architecture.preset("tiny")
# No size is a power of two but the slots, which have to be.
ODD = Architecture(
    axons=20,
    neurons=10,
    axon_types=3,
    weight_bits=5,
    leak_bits=7,
    threshold_bits=7,
    mask_bits=4,
    potential_bits=11,
    delay_slots=8,
    offset_bits=5,
    width=1,
    height=1,
)
MODELS = Path(__file__).parent / "models" / "faulty.py"

# Quick to build, so where it is there the benches that are to fail use it.
QUICK = "icarus" if shutil.which("iverilog") else "verilator"
needs_icarus = pytest.mark.skipif(QUICK != "icarus", reason="Icarus Verilog is not installed")


@pytest.fixture(scope="module")
def pool() -> Iterator[Executor]:
    with processes(2) as executor:
        yield executor


@pytest.fixture(scope="module")
def core(pool: Executor) -> Verify:
    """Return what verifies a core, and leaves no files of what is to fail."""

    def run(*arguments: Any, **options: Any) -> Report:
        report = verify("core", *arguments, pool=pool, **options)
        for folder in report.files:
            shutil.rmtree(folder)
        return report

    return run


FEW = ("merge_on_one_axon", "late_packets", "off_the_mesh", "stalled_edges", "reset_in_a_tick")


@pytest.fixture(scope="module")
def reports(pool: Executor) -> dict[str, Report]:
    """Play all programs at once, so that no processor waits."""
    truenorth = Architecture.preset("truenorth")
    tasks = [
        Task(block=block, architecture=size, seeds=tuple(seeds), cases=tuple(cases), sim=sim)
        for block, size, seeds, cases, sim in (
            ("mesh2x2", TINY, range(5), cases_of("mesh2x2"), "verilator"),
            ("core", truenorth, range(2), ["every_delay", "upper_clamp"], "verilator"),
            ("core", TINY, range(10), cases_of("core"), "verilator"),
            ("router", TINY, range(16), cases_of("router"), "verilator"),
            # Verilator takes half a minute to compile it; `spikewright verify` does that.
            ("mesh3x2", TINY, range(3), FEW, QUICK),
            ("array2x1", TINY, range(3), FEW, QUICK),
            ("core", ODD, range(3), ["refused_writes", "every_delay"], QUICK),
            ("core", INCLUSIVE, range(3), ["refused_writes", "over_the_ends"], QUICK),
            ("core", TINY, range(2), ["every_delay", "reset_in_a_tick"], QUICK),
        )
    ]
    names = (
        *("mesh2x2", "truenorth core", "core", "router", "mesh3x2", "array2x1"),
        *("odd core", "inclusive core", "quick core"),
    )
    return dict(zip(names, verify_all(tasks, pool=pool), strict=True))


# The design.


@pytest.mark.slow
@pytest.mark.parametrize(
    "name",
    [
        "router",
        "core",
        "truenorth core",
        "odd core",
        "inclusive core",
        "mesh2x2",
        "mesh3x2",
        "array2x1",
        pytest.param("quick core", marks=needs_icarus, id="icarus"),
    ],
)
def test_the_hardware_equals_the_model(reports: dict[str, Report], name: str) -> None:
    report = reports[name]
    problems = [(record.name, record.first) for record in report.failed]
    assert (problems, report.trouble) == ([], ())
    assert len(report.records) > 3
    assert report.ok


@pytest.mark.slow
@pytest.mark.parametrize("block", ["core", "mesh2x2"])
def test_the_core_that_counts_axons_equals_the_model(block: str) -> None:
    report = verify(block, 16, core="neuron")
    problems = [(record.name, record.first) for record in report.failed]
    assert (problems, report.trouble) == ([], ())
    assert len(report.records) > 30


def test_a_core_that_is_not_there_is_refused() -> None:
    with pytest.raises(ToolError, match=r"^Core must be one of event, neuron, not 'axon'$"):
        verify("core", 1, core="axon")
    text = r"^Core of block router must be event, not 'neuron': it has none$"
    with pytest.raises(ToolError, match=text):
        verify("router", 1, core="neuron")


@pytest.mark.slow
def test_the_programs_reach_what_they_are_for(reports: dict[str, Report]) -> None:
    chips = [reports[name] for name in ("core", "mesh2x2", "mesh3x2", "array2x1")]
    for report in chips:
        reached = report.reached
        off_mesh = reached.pop("packets off the mesh")
        assert {name for name, count in reached.items() if count == 0} == set()
        assert (off_mesh > 0) == (len(BLOCKS[report.block].attached) < 4)
    paced = [record for report in chips for record in report.records if record.paced]
    assert {record.flagged for record in paced} == {True, False}


@pytest.mark.slow
def test_a_tick_costs_n_and_e(reports: dict[str, Report]) -> None:
    core = reports["core"]
    alone = [record for record in core.records if record.case in ("silent", "leak_around_zero")]
    for record in alone:
        assert (record.least, record.most, record.settled) == (7, 7, 8)
    assert core.extreme("least", min) == 7
    assert core.extreme("settled", max) == 9


@pytest.mark.slow
def test_a_router_takes_one_cycle(reports: dict[str, Report]) -> None:
    assert reports["router"].extreme("latency", min) == 1


# The bench must be able to fail.


@pytest.mark.parametrize(
    ("model", "case", "what"),
    [
        (
            "OneTooMany",
            "every_delay",
            r"tick 2: core \(0, 0\) neuron 3: potential must be 1, not 0",
        ),
        ("NoSpike", "every_delay", r"tick 0: core \(0, 0\) neuron 0: spike must be 0, not 1"),
        ("NothingLate", "late_packets", r"tick 0: core \(0, 0\): late packets must be 0, not 1"),
        ("ForgetsSlots", "every_delay", r"tick 5: .* must be .*, not .*"),
    ],
)
def test_a_faulty_model_is_found(
    core: Verify, verilog: str, model: str, case: str, what: str
) -> None:
    predictor = f"{MODELS}:{model}"
    report = core(0, QUICK, cases=[case], verilog=verilog, predictor=predictor)
    assert not report.ok
    [record] = report.failed
    assert re.fullmatch(what, record.first[0])
    assert report.rerun(record) == f"spikewright verify core --case {case} --sim {QUICK}"


@pytest.fixture(scope="module")
def verilog() -> str:
    return block_named("core").verilog(TINY.with_mesh(1, 1))


@pytest.fixture
def stuck(verilog: str) -> str:
    text, count = re.subn(r"assign quiescent\s*=[^;]*;", "assign quiescent = 1'h0;", verilog)
    assert count == 1
    return text


def test_crossed_wires_are_found(core: Verify, verilog: str) -> None:
    for pin, wire in (("late", "overrun_0"), ("overrun", "late_0")):
        verilog, count = re.subn(rf"\.{pin}\({pin}_0\)", f".{pin}({wire})", verilog)
        assert count == 1
    report = core(0, QUICK, cases=["late_packets"], verilog=verilog)
    [record] = report.failed
    assert record.first[0] == "tick 0: core (0, 0): late packets must be 1, not 0"


def test_a_chip_that_hangs_is_found_and_the_others_still_run(core: Verify, stuck: str) -> None:
    report = core([2], QUICK, cases=["silent", "resets"], verilog=stuck)
    assert [record.name for record in report.failed] == ["case silent", "case resets", "seed 2"]
    assert re.fullmatch(
        r"within \d+ cycles the hardware must come through tick 0, and does not",
        report.failed[0].first[0],
    )
    assert report.rerun(report.failed[2]) == f"spikewright verify core --seed 2 --sim {QUICK}"


def test_a_run_stops_early_if_asked(core: Verify, stuck: str) -> None:
    report = core(0, QUICK, cases=["silent", "resets"], verilog=stuck, stop_early=True)
    assert [record.name for record in report.records] == ["case silent"]
    assert not report.ok


def test_a_run_stops_early_at_a_mismatch_if_asked(core: Verify, verilog: str) -> None:
    options: dict[str, Any] = {"verilog": verilog, "predictor": f"{MODELS}:OneTooMany"}
    report = core(0, QUICK, cases=["every_delay", "silent"], stop_early=True, **options)
    assert [record.name for record in report.records] == ["case every_delay"]
    assert not report.ok
    report = core(0, QUICK, cases=["every_delay", "silent"], **options)
    assert [record.name for record in report.records] == ["case every_delay", "case silent"]


def test_a_model_that_breaks_is_the_programs_failure(core: Verify, verilog: str) -> None:
    predictor = f"{MODELS}:NoSuchModel"
    report = core(0, QUICK, cases=["silent"], verilog=verilog, predictor=predictor)
    [record] = report.failed
    assert record.first[0].startswith("the simulator ended before the program did: ")


def test_nothing_to_run_is_refused() -> None:
    with pytest.raises(ToolError, match=r"^Verification of core must have a seed or a case, and "):
        verify("core", 0, cases=[])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            {"block": "cor"},
            "Block must be one of router, core, mesh2x2, mesh3x2, array2x1, chip, board2x1, "
            "not 'cor'",
        ),
        ({"sim": "vcs"}, "Simulator must be verilator or icarus, not 'vcs'"),
        ({"seeds": (-1,)}, "Seed must be 0 or larger, not -1"),
        (
            {"block": "router", "cases": ("silent",)},
            "Case must be one of every_turn, full_rate, crowd, stand_still, not 'silent'",
        ),
        (
            {"block": "chip", "cases": ("silent",)},
            "Cases of block chip must be none, not 'silent'",
        ),
    ],
)
def test_what_is_not_there_is_refused(arguments: dict[str, object], message: str) -> None:
    usual: dict[str, object] = {"block": "core", "architecture": TINY, "seeds": (1,)}
    with pytest.raises(ToolError, match=f"^{re.escape(message)}$"):
        Task(**(usual | arguments))  # type: ignore[arg-type]


def test_at_least_one_job() -> None:
    with pytest.raises(ToolError, match=r"^jobs must be at least 1, not 0$"):
        verify("core", 1, jobs=0)
