"""The file of records: what is refused, and what several processes see."""

import os
import sqlite3
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from spikewright.tools.errors import user_message
from spikewright.tools.llm.record import Exchange, RecordError, Records

EXCHANGE = Exchange(
    key="ab" * 32,
    time="2026-01-01T00:00:00.000+00:00",
    purpose="encode",
    unit="relay",
    model="m",
    sample=0,
    prompt="p",
    server="localhost",
    request="{}",
    raw=b"\x00\xff raw\r\n",
    status=200,
    outcome="answer",
    finish="stop",
    tokens_in=3,
    tokens_out=4,
    estimated=True,
    cost=0.25,
    seconds=1.5,
    simulated=True,
    note="without seed",
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "records.sqlite"


def filled(path: Path, number: int = 1) -> None:
    with Records(path) as records:
        for sample in range(number):
            records.add(replace(EXCHANGE, key=f"{sample:064}", sample=sample, raw=b"x" * 3000))


def test_an_exchange_comes_back_as_it_was(path: Path) -> None:
    plain = replace(EXCHANGE, key="cd", cost=None, estimated=False, simulated=False)
    with Records(path) as records:
        assert records.add(EXCHANGE) == EXCHANGE
        assert records.add(plain) == plain
    with Records(path, read_only=True) as records:
        assert records.all() == [EXCHANGE, plain]
        assert records.all(whole=False)[0] == replace(EXCHANGE, request="", raw=b"")
        assert records.find(EXCHANGE.key) == EXCHANGE
        assert records.find("ab") is None
        assert records.begins("ab") == [EXCHANGE]
        assert records.begins("%") == []
    # All is in the one file, ready to be handed on.
    assert list(path.parent.iterdir()) == [path]


def test_only_the_first_answer_is_served(path: Path) -> None:
    with Records(path) as records:
        records.add(replace(EXCHANGE, outcome="http 500", raw=b"failed"))
        assert records.find(EXCHANGE.key) is None
        records.add(EXCHANGE)
        assert records.add(replace(EXCHANGE, raw=b"second")) == EXCHANGE
        other = replace(EXCHANGE, server="models.example.org", raw=b"other")
        assert records.add(other) == other
        assert records.find(EXCHANGE.key) == EXCHANGE
        assert records.find(EXCHANGE.key, other.server) == other
        kept = [(e.outcome, e.raw) for e in records.all()]
        assert records.all(failed=False) == [EXCHANGE, other]
    assert kept == [
        *[("http 500", b"failed"), ("answer", EXCHANGE.raw), ("duplicate", b"second")],
        ("answer", b"other"),
    ]


def test_what_is_written_survives_a_power_cut(path: Path) -> None:
    with Records(path) as records:
        asked = [records._ask(f"PRAGMA {name}") for name in ("journal_mode", "synchronous")]
    assert asked == ["wal", 2]


def test_records_in_memory() -> None:
    with Records(None) as records:
        records.add(EXCHANGE)
        assert records.find(EXCHANGE.key) == EXCHANGE


def test_read_only_writes_nothing(path: Path) -> None:
    filled(path)
    with (
        Records(path, read_only=True) as records,
        pytest.raises(RecordError, match="cannot be used: attempt to write a readonly database"),
    ):
        records.add(EXCHANGE)


def test_a_full_disk_is_one_sentence(path: Path) -> None:
    with Records(path) as records:
        records._base.execute("PRAGMA max_page_count = 1")
        with pytest.raises(RecordError) as caught:
            records.add(replace(EXCHANGE, raw=b"x" * 100_000))
    assert str(caught.value) == f"{path} cannot be used: database or disk is full."


def test_a_reader_sees_what_a_writer_adds(path: Path) -> None:
    with Records(path) as writer, Records(path, read_only=True) as reader:
        writer.add(EXCHANGE)
        assert reader.find(EXCHANGE.key) == EXCHANGE


def foreign(path: Path) -> None:
    base = sqlite3.connect(path)
    base.execute("CREATE TABLE theirs (x)")
    base.commit()
    base.close()


def younger(path: Path) -> None:
    filled(path)
    base = sqlite3.connect(path)
    base.execute("PRAGMA user_version = 2")
    base.close()


def truncated(path: Path) -> None:
    filled(path, 20)
    os.truncate(path, path.stat().st_size // 2)


def corrupt(path: Path) -> None:
    filled(path, 20)
    data = bytearray(path.read_bytes())
    data[4096 : 4096 * 6] = os.urandom(4096 * 5)
    path.write_bytes(data)


def strange(path: Path) -> None:
    filled(path)
    base = sqlite3.connect(path)
    base.execute("UPDATE exchange SET raw = 'text'")
    base.commit()
    base.close()


WHOLE = "hold whole records, and is damaged"
BAD: dict[str, tuple[Callable[[Path], Any], str]] = {
    "text": (
        lambda path: path.write_text("no database\n" * 99),
        "hold whole records, and is damaged",
    ),
    "truncated": (truncated, WHOLE),
    "corrupt": (corrupt, WHOLE),
    "strange": (strange, WHOLE),
    "foreign": (foreign, "hold records of Spikewright, and does not"),
    "younger": (younger, "be of version 1, not 2"),
}


@pytest.mark.parametrize("read_only", [True, False])
@pytest.mark.parametrize("kind", BAD)
def test_a_bad_file_is_one_sentence(path: Path, kind: str, read_only: bool) -> None:
    spoil, rule = BAD[kind]
    spoil(path)
    before = path.read_bytes()
    with pytest.raises(RecordError) as caught, Records(path, read_only=read_only) as records:
        records.all()
    assert user_message(caught.value) == f"{path} must {rule}."
    if kind != "strange":
        # What is not ours is not touched.
        assert path.read_bytes() == before


def test_places_that_hold_no_file(tmp_path: Path) -> None:
    for place, read_only, reason in (
        (tmp_path, False, "Is a directory"),
        (tmp_path / "a" / "b", False, "No such file or directory"),
        (tmp_path / "none", True, "No such file or directory"),
    ):
        with pytest.raises(OSError, match=reason) as caught:
            Records(place, read_only=read_only)
        assert user_message(caught.value) == f"Cannot use {place}: {reason}."
    assert list(tmp_path.iterdir()) == []


def test_an_empty_file_is_new_for_writing_and_nothing_for_reading(path: Path) -> None:
    path.touch()
    with pytest.raises(RecordError) as caught:
        Records(path, read_only=True)
    assert str(caught.value) == f"{path} must hold records of Spikewright, and does not."
    filled(path)


def test_records_in_a_folder_that_cannot_be_written(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    filled(path)
    monkeypatch.setattr(os, "access", lambda *_: False)
    with Records(path, read_only=True) as records:
        assert len(records.all()) == 1
    assert list(path.parent.iterdir()) == [path]
    path.with_name(f"{path.name}-wal").touch()
    with pytest.raises(RecordError) as caught:
        Records(path, read_only=True)
    assert str(caught.value) == f"{path} must be in a folder that can be written: it is in use."
