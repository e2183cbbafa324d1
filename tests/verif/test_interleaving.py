import pytest

from spikewright.verif.interleaving import first_out_of_order


@pytest.mark.parametrize(
    ("observed", "sources"),
    [
        ([], []),
        ([1, 2, 3], [[1, 2, 3]]),
        ([1, 9, 2, 8], [[1, 2], [9, 8]]),
        # The first 1 must be taken for the second source's.
        ([1, 2, 1, 3], [[1, 3], [1, 2]]),
        ([5] * 40, [[5] * 20, [5] * 20]),
    ],
)
def test_orders_that_can_be(observed: list[int], sources: list[list[int]]) -> None:
    assert first_out_of_order(observed, sources) is None


@pytest.mark.parametrize(
    ("observed", "sources", "wrong"),
    [
        ([2, 1], [[1, 2]], (0, 2)),
        ([1, 2, 9], [[1], [9, 2]], (1, 2)),
        ([1, 1, 3, 2], [[1, 2, 3], [1]], (2, 3)),
        ([7], [], (0, 7)),
    ],
)
def test_orders_that_cannot_be(
    observed: list[int], sources: list[list[int]], wrong: tuple[int, int]
) -> None:
    assert first_out_of_order(observed, sources) == wrong


def test_too_many_ways_say_nothing() -> None:
    sources = [[5] * 12 for _ in range(5)]
    assert first_out_of_order([5] * 30 + [6], sources) is None
