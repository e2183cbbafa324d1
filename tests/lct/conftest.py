"""Units from text, for the tests of the table language."""

from collections.abc import Callable
from itertools import count
from pathlib import Path

import pytest

from spikewright.lct.ir import Unit
from spikewright.lct.library import Library

MakeUnit = Callable[[str], Unit]


@pytest.fixture(scope="session")
def make_unit(tmp_path_factory: pytest.TempPathFactory) -> MakeUnit:
    """Return a function that elaborates the text of a unit, whose title it adds."""
    folder = tmp_path_factory.mktemp("units")
    numbers = count()

    def make(text: str) -> Unit:
        name = f"unit_{next(numbers)}"
        (folder / f"{name}.lct.md").write_text(f"# {name}\n\n{text}", encoding="utf-8")
        return Library(folder).unit(name)

    return make


@pytest.fixture(scope="session")
def bad_folder() -> Path:
    """Return the folder of the faulty units."""
    return Path(__file__).parent / "bad"
