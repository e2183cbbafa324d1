from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import ArrayLike

from spikewright.verif.errors import ToolError
from spikewright.verif.ports import Port
from spikewright.verif.words import from_words, to_values, to_words


@pytest.mark.parametrize(
    ("port", "values"),
    [
        (Port("input", 1), [0, 1]),
        (Port("input", 8, True), [-128, -1, 0, 127]),
        (Port("input", 32), [0, 2**32 - 1]),
        (Port("input", 32, True), [-(2**31), 2**31 - 1]),
        (Port("input", 33, True), [-(2**32), -1, 2**32 - 1]),
        (Port("input", 64), [0, 2**63, 2**64 - 1]),
        (Port("input", 64, True), [-(2**63), -1, 2**63 - 1]),
    ],
)
def test_numbers_there_and_back(port: Port, values: list[int]) -> None:
    # Hardware leaves no trace of the sign above the port's width.
    words = to_words(values, port)
    keep = port.width % 32
    if keep:
        words[:, -1] &= np.uint32((1 << keep) - 1)
    assert to_values(port, words).tolist() == values


def test_wide_numbers_there_and_back() -> None:
    port = Port("input", 100, True)
    values = [-(2**99), -1, 0, 2**99 - 1]
    words = to_words(np.array(values, object), port)
    assert words.shape == (4, 4)
    assert to_values(port, words).dtype == np.uint32
    masked = words.copy()
    masked[:, -1] &= np.uint32(0xF)
    assert from_words(masked, signed_width=100) == values
    assert from_words(masked)[1] == 2**100 - 1
    assert to_words(masked, port).tolist() == masked.tolist()


def test_one_number_for_all_rows() -> None:
    assert to_words(5, Port("input", 4)).tolist() == [5]
    assert to_words(2**70, Port("input", 71)).tolist() == [0, 0, 64]


@pytest.mark.parametrize(
    ("values", "port", "message"),
    [
        ([0, 16], Port("input", 4), "port must be in 0..15, not 16"),
        ([-1], Port("input", 4), "port must be in 0..15, not -1"),
        ([8], Port("input", 4, True), "port must be in -8..7, not 8"),
        ([2**65], Port("input", 64), f"port must be in 0..{2**64 - 1}, not {2**65}"),
        ([2**70], Port("input", 70), f"port must be in 0..{2**70 - 1}, not {2**70}"),
        ([0.5], Port("input", 4), "port must be integers, not 0.5"),
        ([0.5], Port("input", 70), "port must be integers, not 0.5"),
        (np.zeros((1, 2), np.uint32), Port("input", 70), "port must have 3 words a row, not 2"),
        (
            np.full((1, 3), 64, np.uint32),
            Port("input", 70),
            "port must have 70 bits, and a row has more",
        ),
    ],
)
def test_numbers_that_do_not_fit(values: ArrayLike, port: Port, message: str) -> None:
    with pytest.raises(ToolError, match=f"^{message}$"):
        to_words(values, port)
