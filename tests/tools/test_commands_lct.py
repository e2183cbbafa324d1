"""`spikewright lct`: what is printed, what is written, and the exit status."""

import json
import runpy
import shutil
from functools import partial
from pathlib import Path
from types import SimpleNamespace

import pytest

from spikewright.lct.library import UNITS, Library

helpers = SimpleNamespace(**runpy.run_path(str(Path(__file__).with_name("command_helpers.py"))))
run = partial(helpers.invoke, "lct")

BAD = Path(__file__).parent.parent / "lct" / "bad"


@pytest.fixture
def ugly(tmp_path: Path) -> Path:
    path = tmp_path / "forward_east.lct.md"
    shutil.copy(UNITS / "chip.lct.md", tmp_path)
    text = (UNITS / path.name).read_text(encoding="utf-8")
    path.write_text(text.replace("| ", "|   "), encoding="utf-8")
    return path


def test_all_units_pass_under_all_presets() -> None:
    status, out, _ = run("check")
    assert status == 0, out
    count = len(Library().names())
    assert out.splitlines()[-1] == f"{count} units, no findings"
    head = ["unit", "kind", "rows", "truenorth", "tiny", "ranc", "seconds"]
    assert out.split()[: len(head)] == head
    assert out.count("pass") == 3 * count


def test_one_unit_as_json() -> None:
    status, out, _ = run("check", "forward_east", "--preset", "tiny", "--json")
    assert status == 0
    result = json.loads(out)
    (unit,) = result["units"]
    seconds = unit.pop("seconds")
    assert seconds > 0
    rows = sum(len(t.rows) for t in Library().unit("forward_east").tables)
    assert result["faults"] == result["unknown"] == 0
    assert unit == {
        "unit": "forward_east",
        "preset": "tiny",
        "kind": "logic",
        "rows": rows,
        "findings": [],
    }


def test_presets_change_the_parameters() -> None:
    from spikewright.tools.commands_lct import preset_values

    tiny, large = preset_values("tiny"), preset_values("truenorth")
    assert (tiny["offset_bits"], large["offset_bits"]) == (4, 9)
    assert (tiny["axon_bits"], large["axon_bits"]) == (4, 8), "Derived numbers are there too."


def test_a_finding_is_printed_once_with_its_caret() -> None:
    status, out, _ = run("check", BAD / "gap.lct.md")
    assert status == 1
    expected = (BAD / "gap.expected").read_text(encoding="utf-8")
    assert out.startswith(expected + "\n")
    assert out.count("gap: no row") == 1
    assert "1 fault" in out
    assert out.splitlines()[-1] == "1 unit, 3 findings"


def test_a_finding_of_one_preset_names_it(tmp_path: Path) -> None:
    path = tmp_path / "sum.lct.md"
    path.write_text(
        "# sum\n\n## Parameters\n| name | value |\n|---|---|\n| MASK_BITS | 8 |\n\n"
        "## Signals\n| name | kind | type |\n|---|---|---|\n"
        "| a | in | unsigned(MASK_BITS) |\n| o | out | unsigned(6) |\n\n"
        "## Table t (unique)\n| row | => | o |\n|---|---|---|\n| all | => | a |\n",
        encoding="utf-8",
    )
    status, out, _ = run("check", path)
    assert status == 1
    assert "width: a may be 64, and o is unsigned(6)" in out
    assert "  with preset truenorth\n" in out
    assert out.splitlines()[-1] == "1 unit, 1 finding"


def test_a_malformed_file_has_findings() -> None:
    status, out, _ = run("check", BAD / "no_rule.lct.md", "--json")
    assert status == 1
    result = json.loads(out)
    assert result["faults"] == 3, "One, under each of three presets."
    assert result["units"][0]["findings"][0]["code"] == "syntax"


def test_no_answer_is_no_pass(tmp_path: Path) -> None:
    path = tmp_path / "factors.lct.md"
    path.write_text(
        "# factors\n\n## Signals\n| name | kind | type |\n|---|---|---|\n"
        "| a | in | unsigned(60) |\n| b | in | unsigned(60) |\n| o | out | unsigned(1) |\n\n"
        "## Table t (unique)\n| row | a * b == 1152921470247108503 * 1000000007 | => | o |\n"
        "|---|---|---|---|\n| yes | 1 | => | 1 |\n| no | 0 | => | 0 |\n",
        encoding="utf-8",
    )
    status, out, _ = run("check", path, "--limit", "0.001", "--preset", "tiny")
    assert status == 1
    assert " unknown" in out.splitlines()[-2]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["forward_est"], "No unit is called forward_est: did you mean forward_"),
        (["zzzz"], "No unit is called zzzz: there are axi_read, axi_write, "),
        (["no/such.lct.md"], "There is no file no/such.lct.md."),
        (
            ["forward_east", "--preset", "huge"],
            "preset must be one of truenorth, tiny, ranc, not 'huge'",
        ),
    ],
)
def test_what_cannot_be_done(arguments: list[str], message: str) -> None:
    status, out, err = run("check", *arguments)
    assert (status, out) == (2, "")
    assert err.startswith(message)
    assert len(err.splitlines()) == 1


def test_a_file_of_another_kind(tmp_path: Path) -> None:
    path = tmp_path / "unit.txt"
    path.write_text("# unit\n", encoding="utf-8")
    status, _, err = run("check", path)
    assert (status, err) == (2, "The file of a unit is called NAME.lct.md, not unit.txt.\n")


def test_format(ugly: Path) -> None:
    before = ugly.read_text(encoding="utf-8")
    assert run("fmt", "--check", ugly) == (1, "would change forward_east.lct.md\n", "")
    assert ugly.read_text(encoding="utf-8") == before
    assert run("fmt", ugly) == (0, "changed forward_east.lct.md\n", "")
    assert ugly.read_text(encoding="utf-8") == (UNITS / ugly.name).read_text(encoding="utf-8")
    assert sorted(p.name for p in ugly.parent.iterdir()) == ["chip.lct.md", "forward_east.lct.md"]
    assert run("fmt", "--check", ugly) == (0, "", "")


def test_format_leaves_a_good_file_alone(ugly: Path) -> None:
    run("fmt", ugly)
    stamp = ugly.stat().st_mtime_ns
    assert run("fmt", ugly) == (0, "", "")
    assert ugly.stat().st_mtime_ns == stamp


def test_format_of_what_is_no_text(tmp_path: Path) -> None:
    path = tmp_path / "raw.lct.md"
    path.write_bytes(b"# raw\n\xff\n")
    status, _, err = run("fmt", path)
    assert (status, err) == (2, f"{path}: byte 6 is not UTF-8 text.\n")


def test_the_projects_own_tables_are_formatted() -> None:
    assert run("fmt", "--check") == (0, "", "")


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_spreadsheet_there_and_back(kind: str, tmp_path: Path) -> None:
    sheet, copy = tmp_path / f"east.{kind}", tmp_path / "copy.lct.md"
    assert run("export", "forward_east", sheet) == (0, "", "")
    assert run("import", sheet, "--output", copy) == (0, f"wrote {copy}\n", "")
    assert copy.read_text(encoding="utf-8") == (UNITS / "forward_east.lct.md").read_text("utf-8")
    status, _, err = run("import", sheet, "--output", copy)
    assert (status, err) == (2, f"{copy} exists: replace it with --force.\n")
    assert run("import", sheet, "-o", copy, "--force")[0] == 0
    assert sorted(p.name for p in tmp_path.iterdir()) == ["copy.lct.md", sheet.name]


def test_import_takes_the_name_from_the_title(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    run("export", "chip", "sheet.csv")
    assert run("import", "sheet.csv") == (0, "wrote chip.lct.md\n", "")
    assert (tmp_path / "chip.lct.md").is_file()


def test_spreadsheets_that_cannot_be(tmp_path: Path) -> None:
    assert run("export", "chip", "chip.ods")[2] == (
        "A spreadsheet ends in .csv or .xlsx, not chip.ods.\n"
    )
    assert run("import", "none.csv")[2] == "There is no file none.csv.\n"
    (tmp_path / "x.csv").write_text("## Types\nname,definition\nA,unsigned(1)\n", encoding="utf-8")
    status, _, err = run("import", tmp_path / "x.csv")
    assert (status, err) == (
        2,
        f"{tmp_path / 'x.csv'} names no unit: its first cell is `# NAME`.\n",
    )
