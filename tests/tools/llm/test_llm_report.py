"""What a terminal shows of round trips."""

import re
import runpy
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest
from rich.console import Console

from spikewright.tools.llm import report
from spikewright.tools.llm.result import Matrix

samples = SimpleNamespace(**runpy.run_path(str(Path(__file__).with_name("round_trip_samples.py"))))


def shown(matrix, width, monkeypatch, capsys):
    monkeypatch.setattr(report, "out", Console(highlight=False, width=width))
    report.show(matrix)
    return capsys.readouterr().out


def test_the_matrix_and_its_feet(monkeypatch, capsys):
    text = shown(samples.matrix(), 80, monkeypatch, capsys)
    grid = [line.rstrip() for line in text.splitlines()[:15]]
    assert grid == [
        "unit              large",
        "clean             ✓ clean",
        "encoder           ▲ encoder",
        "decoder           ▼ decoder",
        "both              ◆ both",
        "unknown           ? unknown",
        "specification     § specification",
        "refused           ▲ encoder",
        "repaired          ▲→✓ clean",
        "none              ○ no answer",
        "pass@1            25.0%",
        "clean at once     12.5%",
        "rounds to proven  1.33",
        "tokens            10,800",
        "cost              $0.11",
    ]


def test_differences_in_the_style_of_compare_lct(monkeypatch, capsys):
    text = shown(samples.matrix(), 80, monkeypatch, capsys)
    assert (
        "▲ encoder with large (sample 1, verilog): encoder\n"
        "  encoder: ! table work, row idle, column done: 0 is expected, not 1\n"
        "    wrong value\n"
        "    counterexample: go = 0, sum = 3, expected = 0, actual = 1\n"
    ) in text
    assert "    step 1 after reset: go = 1\n" in text
    assert "  two errors cancel each other: a plain round trip finds nothing\n" in text
    assert "  encoder: ? no answer in 20 s\n" in text
    assert "  gap: no row of table work covers this input\n" in text
    assert "  encoder: ! the HDL is refused (latch): gate.v:4:1: a latch\n" in text
    assert "  stopped by the sandbox: gate.v:4: reads /etc/passwd\n" in text
    assert "  the server did not answer within 60 s\n" in text


def test_the_account_comes_last(monkeypatch, capsys):
    text = shown(samples.matrix(), 80, monkeypatch, capsys)
    assert text.endswith(
        "9 trips, 2 clean, 2 encoder, 1 decoder, 1 both, 1 specification, 1 unknown, 1 no answer\n"
        "pairs of errors that cancel, which a plain round trip passes: 1\n"
        "18 requests, 2 retries, 8,100 tokens in, 2,700 out, cost $0.11, 13.5 s\n"
        "sandbox: limits, Landlock\n"
    )


def test_simulated_is_said_before_and_after(monkeypatch, capsys):
    text = shown(samples.matrix(simulated=True), 80, monkeypatch, capsys)
    assert text.startswith("SIMULATED: a server that comes with Spikewright")
    assert text.count("SIMULATED: ") == 2
    assert "large\nunit              SIMULATED" in re.sub(r" +\n", "\n", text)
    assert "(sample 1, verilog, SIMULATED): encoder" in text
    assert "SIMULATED" not in shown(samples.matrix(), 80, monkeypatch, capsys)


@pytest.mark.parametrize("width", [44, 60])
def test_a_narrow_terminal_gets_glyphs_and_their_meaning(width, monkeypatch, capsys):
    made = samples.matrix()
    more = tuple(replace(t, model=m) for t in made.trips for m in ("large", "b", "c"))
    wide = replace(made, trips=more, models=("large", "b", "c"))
    text = shown(wide, width, monkeypatch, capsys)
    grid = text.split("✓ clean")[0]
    assert "encoder " not in grid.replace("encoder  ", "")
    assert "▲→✓" in grid
    assert "✓ clean  ▲ encoder  ▼ decoder  ◆ both" in text


def test_several_samples_stand_side_by_side(monkeypatch, capsys):
    trips = tuple(
        samples.trip("gate", "m", samples.CLEAN if n else samples.ENCODER, sample=n)
        for n in range(3)
    )
    matrix = Matrix(
        trips=trips, units=("gate", "later"), models=("m",), samples=3, incomplete="no more money"
    )
    text = shown(matrix, 80, monkeypatch, capsys)
    assert re.search(r"^gate +▲ ✓ ✓ *$", text, re.MULTILINE)
    assert re.search(r"^later +not made *$", text, re.MULTILINE)
    assert "3 of 6 trips were made: no more money\n" in text


def test_text_of_a_model_cannot_act_on_a_terminal(monkeypatch, capsys):
    text = "[bold]x[/bold]\x1b[2J\x1b]0;t\x07\u202e\n[/nonsense]"
    cells = samples.leg(samples.cell(sentence=text, shown={text: text}, trace=({text: 1},)))
    bad = samples.turn(
        samples.legs("both", cells, cells, findings=({"code": text},)), sentence=text
    )
    trip = samples.trip(text, text, bad, sentence=text, stopped=(text,))
    matrix = Matrix(trips=(trip,), units=(text,), models=(text,), sandbox=(text,), incomplete=text)
    said = shown(matrix, 200, monkeypatch, capsys)
    assert "\x1b" not in said
    assert "\x07" not in said
    assert "\u202e" not in said
    assert "[bold]x[/bold]⟨U+001B⟩[2J" in said
