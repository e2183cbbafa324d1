"""Memories that hold a word together: their bits, and that the Verilog has just these."""

from __future__ import annotations

import re
import runpy
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spikewright.golden import Architecture
from spikewright.hdl.image import MEMORIES, integers, spaces
from spikewright.hdl.memory_parts import FEWEST_ROWS, cut_bits, memory_parts, put_bits
from spikewright.hdl.verilog import tile_verilog

helpers = SimpleNamespace(**runpy.run_path(str(Path(__file__).parents[1] / "image_helpers.py")))


@given(st.integers(1, 200), st.integers(1, 200), st.integers(0, 2**400 - 1))
def test_cut_and_put(low: int, high: int, value: int) -> None:
    value %= 1 << (low + high)
    count = -(-(low + high) // 32)
    words = np.array([[value >> 32 * at & 0xFFFFFFFF for at in range(count)]] * 2, np.uint32)
    parts = cut_bits(words, 0, low), cut_bits(words, low, high)
    assert [integers(part)[0] for part in parts] == [value % (1 << low), value >> low]
    joined = np.zeros_like(words)
    put_bits(joined, 0, parts[0])
    put_bits(joined, low, parts[1])
    assert np.array_equal(joined, words)


MEMORY = re.compile(r"^  reg (\[\d+:0\] )?(\w+) \[(\d+):0\];", re.MULTILINE)


@pytest.mark.parametrize("name", helpers.NAMED)
def test_verilog_has_these_memories(name: str) -> None:
    """Names, widths and rows: what a file of memories is read into."""
    architecture: Architecture = helpers.NAMED[name]
    found = {}
    for module in re.split(r"^module ", tile_verilog(architecture), flags=re.MULTILINE)[1:]:
        instance = module.split()[0].rpartition(".")[2]
        for high, memory, last in re.findall(
            r"^  reg (\[\d+:0\] )?(\w+) \[(\d+):0\];", module, re.MULTILINE
        ):
            bits = int(high[1:-4]) + 1 if high else 1
            found[instance, memory] = bits, int(last) + 1
    wanted = {
        (MEMORIES[space.name], part): (bits, max(FEWEST_ROWS, space.entries))
        for space in spaces(architecture)
        if space.name in MEMORIES
        for part, bits in memory_parts(space.bits)
    }
    assert wanted.items() <= found.items()
    assert {key for key in found if key[0] in MEMORIES.values()} == set(wanted)
