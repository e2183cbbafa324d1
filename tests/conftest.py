"""What every test relies on."""

import os
from collections import Counter
from importlib.util import find_spec
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
REMEDY = "run: python3 tools/bootstrap.py setup"


def pytest_configure(config: pytest.Config) -> None:
    """Stop with one sentence, not a page of import errors, where the project is not installed."""
    try:
        spec = find_spec("spikewright.tools")
    except ModuleNotFoundError:
        spec = None
    if spec is None or spec.origin is None:
        raise pytest.UsageError(f"Spikewright is not installed in this environment; {REMEDY}")
    installed = Path(spec.origin).resolve().parent
    if installed != ROOT / "tools":
        raise pytest.UsageError(
            f"The tests of {ROOT} would run the code in {installed.parent}; {REMEDY}"
        )
    configure_hypothesis()
    # Most tests run a model for less time than it takes to compile it; those at night do not.
    if config.option.markexpr == "not nightly":
        os.environ["SPIKEWRIGHT_QUICK"] = "1"


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the files with the most slow tests first: two workers then end at the same time."""
    slow = Counter(item.path for item in items if item.get_closest_marker("slow"))
    items.sort(key=lambda item: -slow[item.path])


def configure_hypothesis() -> None:
    """Make generated examples the same in every run, and let a loaded machine take its time."""
    from hypothesis import settings

    settings.register_profile("spikewright", derandomize=True, deadline=None, database=None)
    settings.load_profile("spikewright")
