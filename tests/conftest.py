"""What every test relies on."""

from importlib.util import find_spec
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
REMEDY = "run: python3 tools/bootstrap.py setup"


def pytest_configure() -> None:
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


def configure_hypothesis() -> None:
    """Make generated examples the same in every run, and let a loaded machine take its time."""
    from hypothesis import settings

    settings.register_profile("spikewright", derandomize=True, deadline=None, database=None)
    settings.load_profile("spikewright")
