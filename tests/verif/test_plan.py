"""Holds verif/plan.toml and the code against each other, in both directions."""

import ast
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from spikewright.verif import directed, router_traffic

ROOT = Path(__file__).parents[2]
PLAN: dict[str, Any] = tomllib.loads((ROOT / "verif" / "plan.toml").read_text(encoding="utf-8"))
POINTS: list[dict[str, Any]] = PLAN["point"]
LISTED = {test for point in POINTS for test in point["tests"]} | set(PLAN["bench"])

STAGES = {"commit", "nightly"}
METHODS = {"random", "directed", "exhaustive", "proof", "faults"}


def functions(path: Path) -> Iterator[ast.AST]:
    yield from ast.parse(path.read_text(encoding="utf-8")).body


def pytest_tests(file: str) -> set[str]:
    names = {getattr(node, "name", "") for node in functions(ROOT / file)}
    return {f"{file}::{name}" for name in names if name.startswith("test_")}


def cocotb_tests() -> set[str]:
    found = set()
    for path in sorted((ROOT / "verif").glob("tests_*.py")):
        for node in functions(path):
            for decorator in getattr(node, "decorator_list", []):
                if ast.unparse(decorator) in ("cocotb.test()", "pyuvm.test()"):
                    found.add(f"cocotb:{getattr(node, 'name', '')}")
    return found


def in_the_code() -> set[str]:
    tests = {f"case:{name}" for name in directed.CASES}
    tests |= {f"traffic:{name}" for name in router_traffic.ROUTER_CASES}
    tests |= cocotb_tests()
    for file in PLAN["files"]:
        tests |= pytest_tests(file)
    return tests


def test_every_listed_test_exists() -> None:
    assert LISTED - in_the_code() == set()


def test_every_test_is_listed() -> None:
    assert in_the_code() - LISTED == set()


def test_a_test_of_the_bench_checks_no_point() -> None:
    assert {test for point in POINTS for test in point["tests"]} & set(PLAN["bench"]) == set()


def test_names_are_unique() -> None:
    names = [point["name"] for point in POINTS]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("point", POINTS, ids=lambda point: str(point["name"]))
def test_a_point_is_complete(point: dict[str, Any]) -> None:
    assert set(point) == {"name", "stimulus", "check", "stage", "method", "tests"}
    assert point["stage"] in STAGES
    assert point["method"] in METHODS
    assert point["tests"]
    assert point["stimulus"].endswith(".")
    assert point["check"].endswith(".")


def test_long_programs_are_nightly() -> None:
    nightly = {f"case:{name}" for name, case in directed.CASES.items() if case.nightly}
    for point in POINTS:
        cases = {test for test in point["tests"] if test.startswith("case:")}
        assert cases <= nightly if point["stage"] == "nightly" else not cases & nightly
