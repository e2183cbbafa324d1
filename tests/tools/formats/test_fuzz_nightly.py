"""Every importer against spoilt files: a refusal in our own words, in time and without a crash.

The long run, and then a single target, with as many inputs as wanted:

    pytest -m nightly tests/tools/formats/test_fuzz_nightly.py
    FUZZ_INPUTS=1000 pytest -m nightly tests/tools/formats/test_fuzz_nightly.py -k network

A fault names its input; FUZZ_FIRST=NUMBER FUZZ_INPUTS=1 runs that one again.
"""

import importlib.util
import os
import sys
import time
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

HERE = Path(__file__).parent
PREFIX = "fuzz_targets_"
TARGETS = sorted(path.stem.removeprefix(PREFIX) for path in HERE.glob(f"{PREFIX}*.py"))
OURS = ("checkpoint", "events", "load", "network", "recording")
INPUTS = int(os.environ.get("FUZZ_INPUTS", "100000"))
FIRST = int(os.environ.get("FUZZ_FIRST", "0"))


def module(name: str) -> Any:
    """Import a file beside this one; tests are no package."""
    spec = importlib.util.spec_from_file_location(name, HERE / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    loaded = importlib.util.module_from_spec(spec)
    # Dataclasses look their module up.
    sys.modules[name] = loaded
    spec.loader.exec_module(loaded)
    return loaded


fuzzing = module("fuzzing")


def target(name: str) -> ModuleType:
    return module(f"{PREFIX}{name}")


@pytest.mark.nightly
@pytest.mark.parametrize("name", TARGETS)
def test_spoilt_files(name: str, tmp_path: Path, record_property: Any, capsys: Any) -> None:
    start = time.monotonic()
    outcome = fuzzing.fuzz(target(name), range(FIRST, FIRST + INPUTS), tmp_path)
    seconds = time.monotonic() - start
    refused = ", ".join(f"{error} {count}" for error, count in sorted(outcome.refused.items()))
    counts = f"returned {outcome.returned}, refused {refused or 'none by an error'}"
    line = f"{name}: {INPUTS} inputs in {seconds:.0f} s: {counts}"
    record_property("outcome", line)
    with capsys.disabled():
        sys.stdout.write(f"\n{line}\n")


@pytest.mark.parametrize("name", OURS)
def test_a_few_spoilt_files(name: str, tmp_path: Path) -> None:
    """Both ends are reached: some files are refused, and some are still valid."""
    outcome = fuzzing.fuzz(target(name), range(-300, 0), tmp_path)
    assert outcome.returned > 3
    assert sum(outcome.refused.values()) > 100


class TestTheFuzzerItself:
    def fault(self, function: Any, folder: Path, **named: Any) -> str:
        fake = ModuleType("fake")
        fake.SEEDS, fake.fuzz_one = (b"1,2\n",), function  # type: ignore[attr-defined]
        with pytest.raises(AssertionError) as error:
            fuzzing.fuzz(fake, range(5, 9), folder, **named)
        return str(error.value)

    def test_a_foreign_error(self, tmp_path: Path) -> None:
        def fails(_data: bytes, _folder: Path) -> None:
            raise KeyError(7)

        assert self.fault(fails, tmp_path) == "fake, input 5: KeyError(7)"

    def test_a_plain_value_error(self, tmp_path: Path) -> None:
        def fails(_data: bytes, _folder: Path) -> None:
            raise ValueError("x")

        assert self.fault(fails, tmp_path) == "fake, input 5: ValueError('x')"

    def test_a_hang(self, tmp_path: Path) -> None:
        def hangs(_data: bytes, _folder: Path) -> None:
            while True:
                try:
                    time.sleep(0.01)
                except Exception:  # noqa: BLE001 (what a careless importer may do)
                    continue

        assert self.fault(hangs, tmp_path, seconds=0.1) == "fake, input 5: Hang()"

    def test_inputs_are_the_same_each_time(self) -> None:
        seeds = target("events").SEEDS
        one, other = ([fuzzing.input_of(n, seeds) for n in range(50)] for _ in range(2))
        assert one == other
        assert len(set(one)) > 45
