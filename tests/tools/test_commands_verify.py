import json
import shutil
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from typer.testing import CliRunner

from spikewright.tools import cli
from spikewright.verif import verify as module
from spikewright.verif.blocks import BLOCKS, CORES
from spikewright.verif.records import ProgramRecord
from spikewright.verif.report import Report
from spikewright.verif.verify import Task

Run = Callable[..., tuple[int, str, str]]


def passing(task: Task) -> list[ProgramRecord]:
    records = [ProgramRecord(case=case, ticks=2, potentials=32) for case in task.cases]
    return records + [
        ProgramRecord(seed=seed, ticks=10, spikes=4, potentials=1600, least=5, settled=7)
        for seed in task.seeds
    ]


def failing(task: Task) -> list[ProgramRecord]:
    records = passing(task)
    records[-1].complain("tick 5: core (1, 0) neuron 7: potential must be 12, not 13")
    return records


@pytest.fixture
def tasks() -> list[Task]:
    return []


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, tasks: list[Task]) -> Run:
    """Return what runs the command on simulators that only pretend."""

    def command(*arguments: str, play: Callable[[Task], list[ProgramRecord]] = passing) -> Any:
        def verify_all(given: Sequence[Task], *, jobs: int, progress: Any) -> list[Report]:
            assert jobs == 2
            tasks.extend(given)
            progress(1)
            return [
                Report(
                    block=task.block,
                    preset="tiny" if task.architecture.axons == 16 else "truenorth",
                    core=task.core,
                    simulator=task.sim,
                    records=tuple(play(task)),
                )
                for task in given
            ]

        monkeypatch.setattr(module, "verify_all", verify_all)
        result = CliRunner().invoke(cli.app, ["verify", *arguments])
        return result.exit_code, result.stdout, result.stderr

    return command


def test_everything(run: Run, tasks: list[Task]) -> None:
    code, out, _ = run()
    assert code == 0
    assert [task.block for task in tasks] == [
        "router",
        "core",
        "mesh2x2",
        "mesh3x2",
        "array2x1",
        "chip",
        "board2x1",
        "core",
    ]
    assert [len(task.seeds) for task in tasks] == [25, 25, 25, 25, 25, 5, 5, 2]
    assert tasks[-1].architecture.axons == 256
    assert [task.block for task in tasks if not task.cases] == ["chip", "board2x1"]
    assert "N + E +" in out.splitlines()[0]
    [line] = [line for line in out.splitlines() if line.startswith("mesh2x2")]
    assert line.split()[-2:] == ["0", "5..7"]


def test_both_cores_are_counted_together(run: Run, tasks: list[Task]) -> None:
    code, out, _ = run("--core", "both", "--seeds", "20", "--json")
    assert code == 0
    kinds = {kind: [t.block for t in tasks if t.core == kind] for kind in ("event", "neuron")}
    assert kinds["event"] == [*BLOCKS, "core"]
    assert kinds["neuron"] == [name for name in kinds["event"] if name != "router"]
    total = json.loads(out)["total"]
    assert total["random"] == sum(len(task.seeds) for task in tasks)
    assert total["programs"] == total["random"] + sum(len(task.cases) for task in tasks)
    assert (total["mismatches"], total["trouble"]) == (0, 0)


def test_one_mismatch_in_all_is_a_mismatch_of_all(run: Run) -> None:
    def play(task: Task) -> list[ProgramRecord]:
        return failing(task) if task.block == "mesh2x2" and task.core == "neuron" else passing(task)

    code, out, _ = run("core", "mesh2x2", "--core", "both", "--seed", "3", play=play)
    assert code == 1
    [line] = [line for line in out.splitlines() if line.startswith("all ")]
    assert line.split()[1:3] == ["4", "40"]
    assert line.split()[-1] == "1"
    assert "  again: spikewright verify mesh2x2 --seed 3 --sim verilator --core neuron" in out


@pytest.mark.nightly
@pytest.mark.skipif(shutil.which("iverilog") is None, reason="Icarus Verilog is not installed")
def test_every_block_runs_on_icarus() -> None:
    """What README calls the second simulator: each block, with either core, by one command."""
    words = "verify --simulator icarus --core both --preset tiny --seeds 2 --json"
    result = CliRunner().invoke(cli.app, words.split())
    assert result.exit_code == 0, result.output
    found = json.loads(result.stdout)
    assert found["total"]["mismatches"] == found["total"]["trouble"] == 0
    assert {block["simulator"] for block in found["blocks"]} == {"icarus"}
    ran = {(block["block"], block["core"]) for block in found["blocks"]}
    assert ran == {
        (name, core) for name in BLOCKS for core in CORES if core == "event" or name != "router"
    }


def test_a_router_has_no_second_core(run: Run, tasks: list[Task]) -> None:
    assert run("router", "--core", "both")[0] == 0
    assert [(task.block, task.core) for task in tasks] == [("router", "event")]
    assert run("router", "--core", "neuron")[0] == 2


def test_one_seed_alone(run: Run, tasks: list[Task]) -> None:
    assert run("mesh2x2", "--seed", "17", "--sim", "icarus", "--waves")[0] == 0
    [task] = tasks
    assert (task.seeds, task.cases, task.sim, task.waves) == ((17,), (), "icarus", True)


def test_one_case_alone(run: Run, tasks: list[Task]) -> None:
    assert run("core", "--case", "silent", "--preset", "truenorth")[0] == 0
    [task] = tasks
    assert (task.seeds, task.cases, task.architecture.axons) == ((), ("silent",), 256)


def test_long_cases_when_asked(run: Run, tasks: list[Task]) -> None:
    run("core", "--seeds", "1", "--preset", "tiny")
    run("core", "--seeds", "1", "--preset", "tiny", "--nightly")
    assert set(tasks[1].cases) - set(tasks[0].cases) == {"saturate"}


def test_a_failing_program_is_named_with_its_rerun(run: Run) -> None:
    code, out, _ = run("mesh2x2", "--seed", "17", play=failing)
    assert code == 1
    assert out.splitlines()[2:] == [
        "mesh2x2 seed 17 failed:",
        "  tick 5: core (1, 0) neuron 7: potential must be 12, not 13",
        "  again: spikewright verify mesh2x2 --seed 17 --sim verilator",
    ]


def test_json(run: Run) -> None:
    code, out, _ = run("core", "--seed", "3", "--json", play=failing)
    assert code == 1
    result = json.loads(out)
    assert result["ok"] is False
    [block] = result["blocks"]
    assert (block["block"], block["potentials"], block["mismatches"]) == ("core", 1600, 1)
    assert block["failed"][0]["rerun"] == "spikewright verify core --seed 3 --sim verilator"


def test_an_unknown_block_cannot_be_verified(run: Run) -> None:
    code, _, err = run("tile")
    assert code == 2
    blocks = "router, core, mesh2x2, mesh3x2, array2x1, chip, board2x1"
    assert err == f"Block must be one of {blocks}, not 'tile'\n"
