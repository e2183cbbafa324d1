"""Compiled units without files."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from spikewright.lct.diagnostics import LctError
from spikewright.lct.library import Library
from spikewright.lct.load import load_class, load_module

EXPECTED = Library(Path(__file__).parent / "expected")


def test_a_class_comes_with_the_modules_it_needs() -> None:
    made = load_class("forward_east", EXPECTED)
    assert made.__name__ == "ForwardEast"
    assert load_module("chip", EXPECTED).axon_bits(axons=100) == 7


def test_nothing_is_left_behind() -> None:
    before, finders = set(sys.modules), list(sys.meta_path)
    load_class("forward_east", EXPECTED)
    assert {m for m in set(sys.modules) - before if m.startswith("spikewright_tables")} == set()
    assert sys.meta_path == finders


def test_two_versions_live_side_by_side(tmp_path: Path) -> None:
    for name in ("chip", "forward_east"):
        text = EXPECTED.path(name).read_text()
        (tmp_path / f"{name}.lct.md").write_text(
            text.replace("| OFFSET_BITS | 9 |", "| OFFSET_BITS | 5 |")
        )
    narrow, wide = (
        load_class("forward_east", Library(tmp_path)),
        load_class("forward_east", EXPECTED),
    )
    assert narrow.__init__.__kwdefaults__["offset_bits"] == 5
    assert wide.__init__.__kwdefaults__["offset_bits"] == 9


def test_faults_of_the_table_come_through(tmp_path: Path) -> None:
    (tmp_path / "bad.lct.md").write_text("# bad\n\n## Nonsense\n| a |\n|---|\n")
    with pytest.raises(LctError, match="no section is called 'Nonsense'"):
        load_class("bad", Library(tmp_path))
    assert sys.meta_path[0].__class__.__module__ != "spikewright.lct.load"
