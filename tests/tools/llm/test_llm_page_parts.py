"""Parts of the page of round trips: the lines that a column is about, and tables in other words."""

import re
import time

import pytest

from spikewright.tools.llm.page import TEMPLATE
from spikewright.tools.llm.page_hdl import concerned, listing, places, wired
from spikewright.tools.llm.page_tables import compared, marked, sheets
from spikewright.tools.llm.words import MARKS

AMARANTH = """class Gate(wiring.Component):
    def elaborate(self, platform):
        m.d.comb += [
            self.west.ready.eq(self.east.ready),
            self.east.payload.dx.eq(0),
        ]
        m.d.sync += self.level[0:2].eq(1)
        with m.If(self.level == 1):
            m.d.comb += west__ready.eq(1)
"""
VERILOG = """assign west__ready = a;
if (west__ready == 1) x <= west__ready;
west_ready <= 1;
always @* begin level[1:0] = 2; end
case (s) 2'd0: level = 3; endcase
assign \\west.ready  = b;
wire level_next = level;
if (level <= 3) y = 1;
else level <= 4;
"""


@pytest.mark.parametrize(
    ("text", "columns", "lines"),
    [
        (AMARANTH, ["west.ready"], [4, 9]),
        (AMARANTH, ["east.payload"], [5]),
        (AMARANTH, ["level"], [7]),
        (VERILOG, ["west.ready"], [1, 3, 6]),
        (VERILOG, ["level"], [4, 5, 9]),
        (VERILOG, ["ready"], []),
    ],
)
def test_lines_that_assign_a_column(text, columns, lines):
    assert list(concerned(text, columns)) == lines


def test_lines_that_a_refusal_names():
    said = ["the HDL is refused (latch): gate.v:12:3: a latch", "see answer.py:7", "at 10:30"]
    assert places(said) == {12: "refused", 7: "refused"}


def test_lines_of_the_connection_where_a_difference_of_structures_begins():
    said = ["1 is expected, not 0; it begins at the connection from a.out.valid to b.into.valid"]
    text = "connect(m, a.out, c.into)\nconnect(m, a.out, b.into)\n.b__into(x), b.into_two\n"
    assert wired(text, said) == dict.fromkeys((2, 3), "a.out.valid to b.into.valid")
    assert wired(text, ["a difference"]) == {}


def test_looking_for_lines_takes_no_time_on_any_text():
    begin = time.process_time()
    for text in ("sum[" * 20_000, "sum" + " [" * 20_000, "sum" + "[1]" * 20_000, "begin " * 20_000):
        concerned(f"{text}\n" * 5, ["sum", "a.b.c"])
    assert time.process_time() - begin < 2.0


def test_a_listing_shows_the_beginning_and_what_is_marked():
    text = "\n".join(f"line {n}" for n in range(1, 31))
    made = listing(text, {20: "sum"}, 2)
    assert made.startswith('<pre class="code" tabindex="0"><i> 1</i>line 1\n<i> 2</i>line 2\n')
    assert "<em>13 lines not shown</em>\n<i>16</i>line 16" in made
    assert '<mark title="sum"><i>20</i>line 20</mark>' in made
    assert made.endswith("<em>6 lines not shown</em></pre>")


BASIS = """# u

## Table t (unique)
| row | s | => | s | x |
|---|---|---|---|---|
| a | 0 | => | 1 | 0 |
| b | 1 | => | hold | 1 |
"""


def test_a_register_on_both_sides_of_the_arrow_is_marked_on_the_right_side():
    made = marked(BASIS, {("t", "a", "s"): ("encoder", "x1"), ("", "reset", "s"): ("both", "x2")})
    assert '<td>0</td><td>⇒</td><td class="encoder">1 <a class="badge encoder" href="#x1">' in made
    assert '<li><a class="badge both" href="#x2">◆ reset s: both</a></li>' in made


def test_a_row_as_a_whole_is_marked_at_its_name():
    made = marked(BASIS, {("t", "b", ""): ("decoder", "x")})
    assert '<th scope="row">b <a class="badge decoder" href="#x">▼ decoder</a></th>' in made


def test_other_words_lost_rows_and_renamed_rows():
    other = BASIS.replace("| a | 0 | => | 1 | 0 |", "| first | 0 | => | 1 | 0 |")
    made = compared(BASIS, {"model": other})
    assert '<ins title="specification: a">first</ins>' in made
    assert made.count("<ins") == 1
    assert "<del>" not in made
    less = compared(BASIS, {"model": BASIS.replace("| b | 1 | => | hold | 1 |\n", "")})
    assert '<tr class="lost"><td><del>b</del></td>' in less
    changed = compared(BASIS, {"model": BASIS.replace("=> | 1 |", "=> | 0 |")})
    assert changed.count("<ins") == 1
    assert '<td>0</td><td>⇒</td><td><ins title="specification: 1">0</ins></td>' in changed


def test_a_table_of_another_name_stands_beside_the_one_that_drives_the_same():
    made = compared(BASIS, {"model": BASIS.replace("Table t", "Table logic")})
    assert "No section" not in made
    assert "<caption>Table logic (unique)</caption>" in made
    assert "<ins" not in made
    two = BASIS + BASIS.split("\n\n")[1].replace("Table t", "Table other")
    assert "No section Table other (unique)." in compared(BASIS, {"model": two})


def test_a_table_that_is_missing_or_none_is_said_and_shown():
    assert "No section Table t (unique)." in compared(BASIS, {"model": "# u\n"})
    assert "<pre" in compared(BASIS, {"model": "I cannot help with <that>."})
    assert "&lt;that&gt;" in compared(BASIS, {"model": "I cannot help with <that>."})


@pytest.mark.parametrize(
    "text",
    [
        "",
        "|" * 5000,
        "## Table t\n| row |\n|---|\n" + "| a |\n" * 5000,
        "## Table t\n| row | => | => |\n|---|---|---|\n| a | b | c |\n| a | b | c |",
        "## Table t (unique)\n| s | x |\n|---|---|\n|  |  |",
        "## Table t (unique)\n|  |\n|---|\n|  |",
        "## \n## Table\n| row | x |\n|---|---|\n| a | ((((((((((((((((((((( |",
        "## Table t (unique)\n| " + "(" * 5000 + " |\n|---|\n| a |",
    ],
)
def test_any_text_can_be_shown(text):
    sheets(text)
    marked(text, {("t", "a", "x"): ("encoder", "x")})
    compared(BASIS, {"model": text})
    compared(text, {"model": BASIS, "other": text or "x"})
    compared("", {"model": text or "x"})


def channels(colour):
    whole = colour if len(colour) == 7 else "#" + "".join(c * 2 for c in colour[1:])
    return [int(whole[i : i + 2], 16) / 255 for i in (1, 3, 5)]


def luminance(parts):
    """Relative luminance as WCAG 2 defines it."""
    r, g, b = (v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in parts)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


@pytest.mark.parametrize("number", [0, 1], ids=["light", "dark"])
def test_colours_of_verdicts_can_be_read(number):
    palette = re.findall(r":root \{(.*?)\}", TEMPLATE.read_text(), re.DOTALL)[number]
    colours = dict(re.findall(r"--(\w+): (#\w+)", palette))
    tint = int(re.search(r"--tint: (\d+)%", palette)[1]) / 100
    card = channels(colours["card"])
    for verdict in MARKS:
        own = channels(colours[verdict])
        tinted = [a * tint + b * (1 - tint) for a, b in zip(own, card, strict=True)]
        for behind in (card, tinted):
            low, high = sorted((luminance(own), luminance(behind)))
            assert (high + 0.05) / (low + 0.05) >= 4.5, verdict
