"""One faulty table for each rule, and the whole text that is said about it.

`bad/NAME.lct.md` is the table and `bad/NAME.expected` what a check of it prints. Units named
`part_...` are good: the others use them.
"""

from functools import cache
from pathlib import Path

import pytest

from spikewright.lct.check import check
from spikewright.lct.diagnostics import CODES, Finding, LctError
from spikewright.lct.format import format_text
from spikewright.lct.library import SUFFIX, Library

BAD = Path(__file__).parent / "bad"
NAMES = sorted(p.stem for p in BAD.glob("*.expected"))


@cache
def findings(name: str) -> tuple[Finding, ...]:
    try:
        unit = Library(BAD).unit(name)
    except LctError as error:
        return error.findings
    return tuple(check(unit))


def rendered(finding: Finding) -> str:
    lines = (BAD / finding.place.file).read_text(encoding="utf-8").splitlines()
    return finding.render(lines) + "\n"


@pytest.mark.parametrize("name", NAMES)
def test_message(name: str) -> None:
    expected = (BAD / f"{name}.expected").read_text(encoding="utf-8")
    assert "".join(map(rendered, findings(name))) == expected
    assert expected, "A faulty table has a fault."


def test_every_table_is_a_test_or_a_part() -> None:
    tables = {p.name.removesuffix(SUFFIX) for p in BAD.glob(f"*{SUFFIX}")}
    assert {t for t in tables if not t.startswith("part_")} == set(NAMES)


@pytest.mark.parametrize("name", sorted(p.name for p in BAD.glob(f"part_*{SUFFIX}")))
def test_parts_are_good(name: str) -> None:
    assert findings(name.removesuffix(SUFFIX)) == ()


def test_every_code_has_a_table() -> None:
    assert {f.code for name in NAMES for f in findings(name)} == set(CODES)


@pytest.mark.parametrize("name", sorted(p.name for p in BAD.glob(f"*{SUFFIX}")))
def test_tables_are_written_the_usual_way(name: str) -> None:
    text = (BAD / name).read_text(encoding="utf-8")
    assert format_text(text) == text


def test_a_file_that_is_no_text(tmp_path: Path) -> None:
    (tmp_path / "raw.lct.md").write_bytes(b"# raw\n\xff\n")
    with pytest.raises(LctError, match=r"^raw\.lct\.md: syntax: byte 6 is not UTF-8 text$"):
        Library(tmp_path).unit("raw")


def test_a_finding_as_json() -> None:
    (finding,) = findings("gap")
    assert finding.to_json() == {
        "code": "gap",
        "verdict": "fault",
        "message": "no row of table main covers this input",
        "file": "gap.lct.md",
        "line": 17,
        "column_number": 4,
        "table": "main",
        "row": "",
        "column": "",
        "witness": {"valid": "1", "p.y": "-1"},
    }
