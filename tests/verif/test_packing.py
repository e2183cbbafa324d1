"""Columns of fields, and packed values."""

import numpy as np
import pytest

from spikewright.lct.types import Array, Int, Struct
from spikewright.verif.packing import field, pack, place

INNER = Struct("Inner", (("a", Int(3)), ("b", Int(5, signed=True))))
NARROW = Struct("Narrow", (("flag", Int(1)), ("inner", INNER), ("list", Array(Int(4, True), 3))))
WIDE = Struct("Wide", (("low", Int(30)), ("long", Int(50)), ("high", Int(20, signed=True))))


def test_places():
    assert place(NARROW, "inner") == (1, 8, False)
    assert place(NARROW, "inner.b") == (4, 5, True)
    assert place(NARROW, "list.2") == (17, 4, True)
    with pytest.raises(KeyError):
        place(NARROW, "flag.a")


def test_narrow_values():
    values = {"flag": 1, "inner.b": np.array([-1, 3]), "list.1": np.array([-8, 7])}
    packed = pack(NARROW, values)
    assert packed.dtype == np.uint64
    assert packed.tolist() == [0b1000_0000_11111_000_1, 0b0111_0000_00011_000_1]
    assert field(NARROW, "inner.b", packed).tolist() == [-1, 3]
    assert field(NARROW, "inner", packed).tolist() == [0b11111_000, 0b00011_000]
    assert field(NARROW, "list.1", packed).tolist() == [-8, 7]


def test_wide_values_are_rows_of_words():
    rng = np.random.default_rng(0)
    low, long = rng.integers(0, 2**30, 50), rng.integers(0, 2**50, 50)
    high = rng.integers(-(2**19), 2**19, 50)
    packed = pack(WIDE, {"low": low, "long": long, "high": high})
    assert packed.dtype == np.uint32
    assert packed.shape == (50, 4)
    for row in range(50):
        value = sum(int(word) << (32 * k) for k, word in enumerate(packed[row]))
        assert value == int(low[row]) | int(long[row]) << 30 | (int(high[row]) % 2**20) << 80
    for path, column in (("low", low), ("long", long), ("high", high)):
        assert field(WIDE, path, packed).tolist() == column.tolist()


def test_numbers_are_cut_to_their_field():
    assert pack(NARROW, {"flag": np.array([2, 3])}).tolist() == [0, 1]
