from itertools import islice
from random import Random

import pytest

from spikewright.verif.patterns import FREE, PATTERNS, runs


def test_names() -> None:
    assert PATTERNS == ("free", "random", "bursty", "stalled")
    assert FREE == "free"


@pytest.mark.parametrize("name", [name for name in PATTERNS if name != FREE])
def test_a_pattern_goes_and_stops_and_repeats(name: str) -> None:
    first = list(islice(runs(name, Random(1)), 200))
    assert first == list(islice(runs(name, Random(1)), 200))
    assert sum(go for go, _ in first) > 0
    assert sum(stop for _, stop in first) > 0
    assert all(go >= 0 and stop >= 0 and go + stop > 0 for go, stop in first)


def test_a_stall_is_long() -> None:
    stops = [stop for _, stop in islice(runs("stalled", Random(2)), 40) if stop]
    assert min(stops) >= 60
