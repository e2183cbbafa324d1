"""The page of round trips: well made, complete, and deaf to whatever a model writes."""

import base64
import hashlib
import json
import re
import runpy
import xml.etree.ElementTree as ET
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace

import pytest

from spikewright.lct.library import Library
from spikewright.tools.llm.page import page
from spikewright.tools.llm.picture import picture
from spikewright.tools.llm.result import Matrix
from spikewright.tools.llm.words import MARKS

samples = SimpleNamespace(**runpy.run_path(str(Path(__file__).with_name("round_trip_samples.py"))))
TABLES = dict.fromkeys(samples.ROUNDS, samples.TABLE)

HOSTILE = (
    "</script><script>alert(1)</script>",
    "</pre></details></section><img src=x onerror=alert(1)>",
    '" onmouseover="alert(1)" x="',
    "' autofocus onfocus='alert(1)",
    "javascript:alert(1)",
    "<!-- --><style>*{display:none}</style><svg/onload=alert(1)>",
    "\x1b[2J\x1b]0;gone\x07\u202e\u2066\x00\ud800",
    "$banner ${trips} $$ {0} %s",
    "]]>&lt;b&gt;&amp;&#60;script&#62;",
    "| a | b |\n|---|---|\n| <b> | </table> |",
)


def hostile(text):
    """The matrix with a text in every place that a model, a server or a design can fill."""
    cell = samples.cell(
        kind="wrong value", region=(text,), shown={text: text, "expected": text, "actual": text},
        sentence=text, trace=({text: 1},),
    )  # fmt: skip
    cells = samples.leg(replace(cell, table=text, row=text, column=text), cell)
    found = samples.legs(
        "both", encoder=cells, decoder=cells, findings=({"code": text, "message": text},),
        table1=samples.TABLE.replace("hold", text.replace("|", "").replace("\n", " ")),
        table1_sentence=text,
    )  # fmt: skip
    table = samples.TABLE + f"\n## Table {text}\n{text}\n"
    bad = samples.turn(found, hdl=samples.HDL + text, table=table, feedback=(text,), sentence=text)
    trip = samples.trip(
        text, text, bad, samples.turn(None, hdl=text, table=text, sentence=text),
        stopped=(text,), sentence=text, failure=text, decoder=text + "2", accepted=text,
    )  # fmt: skip
    return Matrix(
        trips=(trip,), units=(text,), models=(text,), settings={text: text, "deep": {text: [text]}},
        account={text: 1}, sandbox=(text,), incomplete=text,
    )  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_text(text):
    made = page(hostile(text), {text: samples.TABLE})
    harmless = page(hostile("harmless"), {"harmless": samples.TABLE})
    found, quiet = samples.Page(made), samples.Page(harmless)
    made.encode("utf-8")
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", made)
    # Tags and attributes are those of any other text, but for tables that are really in it.
    if "|" not in text:
        assert found.tags == quiet.tags
    root = ET.fromstring(picture(hostile(text)))
    drawn = {e.tag.rpartition("}")[2] for e in root.iter()}
    assert drawn <= {"svg", "title", "rect", "text", "path", "g", "circle"}


@pytest.mark.parametrize(
    "name", ["page", "page_cells", "page_hdl", "page_tables", "page_trip", "picture"]
)
def test_a_page_that_does_not_escape_is_caught(name, monkeypatch):
    module = import_module(f"spikewright.tools.llm.{name}")
    monkeypatch.setattr(module, "escaped", lambda text, _limit=0: str(text))
    caught = 0
    for text in HOSTILE[:4]:
        try:
            test_hostile_text_is_text(text)
        except (AssertionError, ET.ParseError):
            caught += 1
    assert caught >= 2


def test_every_verdict_is_on_a_well_made_page():
    made = page(samples.matrix(), TABLES)
    found = samples.Page(made)
    for verdict, mark in MARKS.items():
        assert f'<a class="{verdict}" href="#t' in made
        assert f'<span class="badge {verdict}">{mark.glyph} {mark.word}</span>' in made
    # Each link of the matrix leads to a trip, and each mark in a table to its difference.
    assert [i for i in found.ids if re.fullmatch(r"t\d+", i)] == [f"t{n}" for n in range(9)]
    assert "t1r0e0" in found.links


def test_a_trip_shows_marks_counterexamples_and_lines():
    made = page(samples.matrix(), TABLES)
    start = made.index('id="t1"')
    trip = made[start : made.index('id="t2"')]
    assert (
        '<tr><th scope="row">idle</th><td>0</td><td>⇒</td>'
        '<td class="encoder">0 <a class="badge encoder" href="#t1r0e0">▲ encoder</a></td>'
        '<td class="encoder">hold <a class="badge encoder" href="#t1r0e1">▲ encoder</a></td>'
        "<td>nothing</td></tr>"
    ) in trip
    assert (
        '<tr id="t1r0e0"><th scope="row">done</th><td class="kind">wrong value</td>'
        '<td class="expected">0</td><td class="actual">1</td><td>0 is expected, not 1</td></tr>'
    ) in trip
    assert (
        '<p class="keys">counterexample</p><dl class="example"><div><dt>go</dt><dd>0</dd></div>'
        "<div><dt>sum</dt><dd>3</dd></div></dl>"
    ) in trip
    assert "wherever <code>go = 0</code>" in trip
    assert '<mark title="done"><i>2</i>  assign done = !go;</mark>' in trip
    assert '<mark title="sum"><i>4</i>    if (rst) sum &lt;= 0;</mark>' in trip
    assert "Recorded as 0123456789ab" in trip


def test_errors_that_cancel_refusals_findings_and_repair_are_told():
    made = page(samples.matrix(), TABLES)
    assert made.count("<b>Two errors cancel each other.</b>") == 1
    assert '<small class="below">the errors cancel</small>' in made
    assert "<h5>Stopped by the sandbox</h5><ul><li>gate.v:4: reads /etc/passwd</li></ul>" in made
    assert '<mark title="refused"><i>4</i>    if (rst)' in made
    assert "<li><b>gap</b> no row of table work covers this input</li>" in made
    assert (
        "<h5>What was sent back to the model</h5><ul><li>row idle: go = 0: done must be 0, not 1"
    ) in made
    assert "▲→✓ clean <small>2 rounds</small>" in made
    assert "the server did not answer within 60 s" in made
    assert "<li>go = 1</li>" in made
    # The model whose HDL was refused was not asked to read it back.
    assert made.count("<strong>○ not asked</strong>") == 2
    assert made.count("<strong>○ not held</strong>") == 3


def test_words_that_differ_are_marked_and_words_that_do_not_are_only_named():
    made = page(samples.matrix(), TABLES)
    assert '<ins title="specification: 0">1</ins>' in made
    clean = page(
        samples.matrix(units=("clean",), trips=(samples.trip("clean", "large", samples.CLEAN),)),
        TABLES,
    )
    assert "<p>The same words everywhere: Table work (unique).</p>" in clean
    assert 'class="three"' not in clean


def test_simulated_is_said_loudly_and_only_where_it_is():
    plain, loud = page(samples.matrix(), TABLES), page(samples.matrix(simulated=True), TABLES)
    assert "SIMULATED" not in plain
    assert "<title>SIMULATED round trips</title>" in loud
    assert '<p class="banner" role="note">SIMULATED: a server that comes with Spikewright' in loud
    # Each cell of the matrix, and each trip.
    assert loud.count("<sup>SIM</sup>") == 9
    assert loud.count('<span class="sim">SIMULATED</span> </h4>') == 9
    assert "SIMULATED" in picture(samples.matrix(simulated=True))
    assert "SIMULATED" not in picture(samples.matrix())


def test_one_simulated_trip_among_others_is_marked():
    real = samples.matrix()
    mixed = replace(real, trips=(replace(real.trips[0], simulated=True), *real.trips[1:]))
    made = page(mixed, TABLES)
    assert made.count("<sup>SIM</sup>") == 1
    assert 'class="banner"' in made


def test_the_policy_allows_the_own_style_and_script_and_nothing_else():
    made = page(samples.matrix(), TABLES)
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', made)[1]
    allowed = []
    for tag in ("style", "script"):
        text = re.search(rf"<{tag}>(.*)</{tag}>", made, re.DOTALL)[1]
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        allowed.append(f"{tag}-src 'sha256-{digest}'")
    assert (
        policy == f"default-src 'none'; {'; '.join(allowed)}; base-uri 'none'; form-action 'none'"
    )
    for word in ("http:", "https:", "//cdn", "@import", "url("):
        assert word not in made


def test_the_page_of_a_matrix_read_back_is_the_same():
    matrix = samples.matrix(simulated=True)
    again = Matrix.from_json(json.loads(json.dumps(matrix.to_json())))
    assert page(again, TABLES) == page(matrix, TABLES)
    assert picture(again) == picture(matrix)


def test_several_samples_and_targets_are_glyphs_with_a_count():
    trips = [
        samples.trip("gate", "m", samples.CLEAN if n else samples.ENCODER, sample=n, target=t)
        for n in range(3)
        for t in ("amaranth", "verilog")
    ]
    matrix = Matrix(
        trips=tuple(trips), units=("gate", "later"), models=("m",), samples=3,
        targets=("amaranth", "verilog"), incomplete="stopped at the budget of $1",
    )  # fmt: skip
    made = page(matrix, {"gate": samples.TABLE})
    samples.Page(made)
    assert "<small>4 of 6 proven at once</small>" in made
    assert '<span class="sr">encoder</span>' in made
    assert '<td class="missing">not made</td>' in made
    assert "6 of 12 trips were made. stopped at the budget of $1" in made


def test_nothing_at_all_is_still_a_page():
    made = page(Matrix(trips=(), units=("gate",), models=("m",)))
    samples.Page(made)
    assert "0 of 1 trips were made." in made
    ET.fromstring(picture(Matrix(trips=(), units=(), models=())))


def test_the_projects_own_tables_are_found():
    trip = samples.trip("to_local", "m", samples.turn(samples.legs("encoder", samples.WRONG)))
    made = page(Matrix(trips=(trip,), units=("to_local", "unheard_of"), models=("m",)))
    assert "Table hand_over (unique)" in made
    assert Library().unit("to_local").tables[0].name == "hand_over"


def test_long_texts_are_cut_and_said_to_be():
    many = "\n".join(f"  wire w{n};" for n in range(2000)) + "\nassign done = go;"
    trip = samples.trip("gate", "m", samples.turn(samples.legs("encoder", samples.WRONG), hdl=many))
    made = page(Matrix(trips=(trip,), units=("gate",), models=("m",)), {"gate": samples.TABLE})
    samples.Page(made)
    assert "<em>1,746 lines not shown</em>" in made
    assert "<i>2001</i>assign done = go;" in made
    assert len(made) < 60_000


def test_a_page_of_43_units_and_3_models_stays_small():
    units, text = Library().names()[:43], samples.HDL * 20
    trips = tuple(
        samples.trip(u, m, samples.turn(samples.legs("encoder", samples.WRONG), hdl=text))
        for u in units
        for m in ("a", "b", "c")
    )
    made = page(Matrix(trips=trips, units=tuple(units), models=("a", "b", "c")))
    assert len(trips) == 129
    assert len(made.encode()) < 4_000_000
