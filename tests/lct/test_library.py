"""A folder of units: elaborated once for each set of parameters."""

import shutil
from pathlib import Path
from threading import Barrier, Thread

import pytest

from spikewright.lct.check import check
from spikewright.lct.elaborate import ContainsItself
from spikewright.lct.library import UNITS, Library
from spikewright.lct.types import Int


def test_names() -> None:
    names = Library().names()
    assert names == sorted(names)
    assert {"chip", "router", "core"} <= set(names)
    assert Library().path("chip") == UNITS / "chip.lct.md"


def test_a_unit_is_elaborated_once() -> None:
    library = Library()
    assert library.unit("forward_east") is library.unit("forward_east", {})
    assert library.unit("forward_east", {"offset_bits": 4}) is not library.unit("forward_east")


def test_overrides_reach_imported_types() -> None:
    unit = Library().unit("forward_east", {"offset_bits": 4, "no_such_parameter": 7})
    packet = unit.types["Packet"].type
    assert dict(packet.fields)["dx"] == Int(4, signed=True)  # type: ignore[union-attr]


def test_unknown_unit() -> None:
    with pytest.raises(KeyError, match=r"^'nobody'$"):
        Library().unit("nobody")


def test_a_folder_of_ones_own(tmp_path: Path) -> None:
    shutil.copy(UNITS / "chip.lct.md", tmp_path)
    shutil.copy(UNITS / "forward_east.lct.md", tmp_path)
    library = Library(tmp_path)
    assert library.names() == ["chip", "forward_east"]
    assert check(library.unit("forward_east")) == []


def test_a_unit_that_contains_itself_is_a_recursion() -> None:
    """For whoever catches the usual exception."""
    assert issubclass(ContainsItself, RecursionError)


def test_threads_share_a_library() -> None:
    """Each asks for the same unit at once: none of them contains itself."""
    library, start, found = Library(), Barrier(8), []

    def load() -> None:
        start.wait()
        found.append(library.unit("router"))

    threads = [Thread(target=load) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == len(threads)
    assert len({id(unit) for unit in found}) == 1
