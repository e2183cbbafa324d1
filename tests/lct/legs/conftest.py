"""What the tests of the legs share."""

from collections.abc import Iterator

import pytest

from spikewright.lct.front.elaborator import Elaborator


@pytest.fixture(scope="module")
def elaborator() -> Iterator[Elaborator]:
    """A process for HDL, one for each file."""
    with Elaborator() as found:
        yield found
