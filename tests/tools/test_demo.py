"""`spikewright demo`: most tests put the golden model in the RTL's place, and compile nothing."""

from __future__ import annotations

import base64
import html.parser
import json
import re
import runpy
import zlib
from functools import partial
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from spikewright.golden import PACKET, Network, load_events
from spikewright.tools import demo, demo_charts, digits, engine
from spikewright.tools.digits_run import classify

helpers = SimpleNamespace(**runpy.run_path(str(Path(__file__).with_name("command_helpers.py"))))
invoke = partial(helpers.invoke, "demo")

pytest.importorskip("sklearn", reason="the data set comes with scikit-learn")

COUNT = 24
TICKS = COUNT * digits.TICKS_PER_DIGIT


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture(scope="module")
def network():
    return digits.build_network()


@pytest.fixture
def stand_in(monkeypatch, golden_chip, network, tmp_path_factory):
    """Return a function that puts golden chips in the RTL's place."""
    text = tmp_path_factory.mktemp("verilog") / "mesh.v"
    text.write_text("// A stand-in.\n")

    def put(spoil=None, **options):
        monkeypatch.setattr(engine, "chip_verilog", lambda *_, **__: text)
        monkeypatch.setattr(
            engine, "compiled_chip", lambda *_, **__: golden_chip(network, spoil, **options)
        )

    return put


# The run.


def test_lanes_together_are_one_run(network, golden_chip):
    """A digit's answer and ticks do not depend on which digits went before it."""
    split = digits.load_split()
    images = split.images[split.held_out[:COUNT]]
    seen = []
    run = classify(network, lambda: golden_chip(network), images, keep=4, advance=seen.append)
    single = golden_chip(network).run(TICKS, digits.encode(images))
    assert run.fault is None
    assert sum(seen) == COUNT
    np.testing.assert_array_equal(run.rtl_votes, digits.votes(single.outputs, COUNT))
    np.testing.assert_array_equal(run.golden_votes, run.rtl_votes)
    np.testing.assert_array_equal(run.spikes, single.spikes[: 4 * digits.TICKS_PER_DIGIT])
    columns = run.log.columns()
    np.testing.assert_array_equal(columns["spikes"], single.spikes.sum(axis=(1, 2)))
    np.testing.assert_array_equal(columns["busy_cycles"], single.busy_cycles)


def test_exception_in_a_lane_is_raised(network):
    def chip():
        raise MemoryError("no room")

    images = np.zeros((8, digits.PIXELS), dtype=np.int64)
    with pytest.raises(MemoryError, match="no room"):
        classify(network, chip, images, keep=4, advance=lambda _: None)


# The command.


def test_report_and_files(here, network, stand_in):
    stand_in()
    status, text, _ = invoke("--digits", COUNT)
    assert status == 0, text
    assert re.search(r"^digits right +(\d+) +\1 +\1$", text, re.MULTILINE)
    assert re.search(r"^accuracy +([\d.]+%) +\1 +\1$", text, re.MULTILINE)
    assert f"BIT-EXACT: {TICKS} ticks, {TICKS * 1024:,} potentials and spikes, " in text
    assert f"{COUNT} of {COUNT} answers equal." in text
    assert re.search(r"N \+ E = [\d,.]+ with N = 256; constant 7.00 on average, exactly 7", text)
    assert "Page: build/demo/index.html" in text
    left = sorted(path.relative_to(here).as_posix() for path in here.rglob("*.*"))
    assert left == [f"build/demo/{name}" for name in ("digits.npz", "index.html", "packets.npz")]
    # The files are what the report says: a network and packets for it.
    saved = Network.load("build/demo/digits.npz")
    np.testing.assert_array_equal(saved.synapses, network.synapses)
    assert len(load_events("build/demo/packets.npz", PACKET)) > 0


def test_json(stand_in):
    stand_in()
    status, text, _ = invoke("--digits", "3", "--out", "d", "--json")
    report = json.loads(text)
    assert status == 0
    assert (report["agree"], report["difference"], report["digits"]) == (True, None, 3)
    assert report["right"]["rtl"] == report["right"]["golden"]
    assert (report["equal_answers"], report["ticks"], report["dropped"]) == (3, 24, 0)
    assert report["states_compared"] == 24 * 1024
    assert (report["cycles"]["lowest"], report["cycles"]["highest"]) == (7, 7)
    assert set(report["ticks_per_second"]) == {"rtl", "golden"}
    assert report["files"]["page"] == "d/index.html"


def test_difference_is_status_1_and_leaves_no_page(here, stand_in):
    stand_in()
    assert invoke("--digits", "3", "--out", "d")[0] == 0
    assert (here / "d" / "index.html").is_file()

    def spoil(values, first):
        if first == 0:
            values["potentials"][13, 2, 200] -= 3

    stand_in(spoil)
    status, text, _ = invoke("--digits", "3", "--out", "d")
    assert status == 1
    assert re.search(
        r"^DIFFER at tick 13, core \(0, 1\), neuron 200: RTL potential (-?\d+), spike \d; "
        r"golden potential (-?\d+), spike \d$",
        text,
        re.MULTILINE,
    )
    assert "accuracy" not in text
    again = "spikewright compare d/digits.npz --packets d/packets.npz --ticks 14"
    assert f"For the waveform: {again}\n" in text
    assert sorted(path.name for path in (here / "d").iterdir()) == ["digits.npz", "packets.npz"]

    status, text, _ = invoke("--digits", "3", "--out", "d", "--json")
    report = json.loads(text)
    assert (status, report["agree"], report["difference"]["tick"]) == (1, False, 13)
    assert "accuracy" not in report


def test_chip_that_breaks_a_rule_is_a_difference(stand_in):
    stand_in(breaks_in=9)
    status, text, _ = invoke("--digits", "3")
    assert status == 1
    assert "DIFFER at tick 9: Tick 9 must be over within 9 cycles, and is not\n" in text


# The page.


class Page(html.parser.HTMLParser):
    """Collects what a browser would fetch, and checks that elements are closed in order."""

    VOID = frozenset({"img", "meta", "br", "line", "rect", "image", "path"})

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.images: list[str] = []
        self.open: list[str] = []
        self.tags: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        for name, value in attributes:
            if name in {"href", "src", "srcset", "data", "action"}:
                self.links.append(value)
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.handle_starttag(tag, attributes)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


@pytest.fixture
def page(stand_in):
    stand_in()
    assert invoke("--digits", COUNT, "--out", "d")[0] == 0
    return Path("d/index.html").read_text("utf-8")


def test_page_needs_no_network(page):
    assert "://" not in page
    assert "@import" not in page
    read = Page(page)
    assert read.open == []
    assert read.links
    assert all(link.startswith("data:image/png;base64,") for link in read.links)
    assert "script" not in read.tags
    assert "url(" not in page
    assert len(page) < 1_500_000


def test_page_shows_pictures_and_figures(page):
    read = Page(page)
    # Four: the raster, the cores, and two of cycles.
    assert read.tags.count("svg") == 4
    assert read.tags.count("figure") == COUNT
    assert page.count("<td class=") == 100
    assert "$" not in page
    for text in (
        f"{TICKS * 1024:,} potentials with their spikes",
        "constant 7.00 on average, exactly 7",
        "spikewright demo --digits 24",
        "python -m spikewright.tools.digits_train",
        "prefers-color-scheme: dark",
    ):
        assert text in page


def test_pixels_are_an_image_of_their_own_shades():
    pixels = np.arange(64) % 17
    found = re.search(
        r'src="data:image/png;base64,([^"]+)" alt="a &lt; b"', demo_charts.digit(pixels, "a < b")
    )
    data = base64.b64decode(found[1])
    assert data.startswith(b"\x89PNG\r\n\x1a\n")
    body = data[data.index(b"IDAT") + 4 : data.index(b"IEND") - 8]
    lines = np.frombuffer(zlib.decompress(body), np.uint8).reshape(8, 9)
    assert not lines[:, 0].any()
    np.testing.assert_array_equal(lines[:, 1:].ravel(), 255 - pixels * 255 // 16)


def test_confusion_counts_each_answer_once():
    labels, answers = np.array([0, 0, 3, 9]), np.array([0, 5, 3, 9])
    table = demo_charts.confusion(labels, answers)
    cells = re.findall(r"<td[^>]*>([^<]+)</td>", table)
    assert len(cells) == 100
    assert [at for at, cell in enumerate(cells) if cell != "·"] == [0, 5, 33, 99]


def test_raster_draws_every_spike_once():
    spikes = np.zeros((8, 4, 256), dtype=bool)
    spikes[2, 0, 4] = spikes[2, 0, 6] = spikes[3, 2, 9] = True
    spikes[4, 1, 17] = spikes[4, 3, 27] = True
    votes = np.zeros((1, 10), dtype=np.int64)
    votes[0, 7] = 2
    images = np.zeros((1, 64), dtype=np.int64)
    svg = demo_charts.raster(images, np.array([7]), spikes, votes)
    drawn = dict(re.findall(r'<path class="(\w+)" d="([^"]*)"', svg))
    assert drawn["input"] == drawn["loses"] == ""
    # Neurons 4 and 6 are neighbours among those that excite: one block of both.
    assert drawn["excite"].count("M") == 1
    assert drawn["inhibit"].count("M") == 1
    assert drawn["wins"].count("M") == 2


# What cannot be run.


@pytest.mark.parametrize("count", ["0", "501"])
def test_digits_out_of_range(here, count):
    assert invoke("--digits", count) == (2, "", f"--digits must be in 1..500, not {count}.\n")
    assert list(here.iterdir()) == []


def test_out_is_a_file(here):
    Path("page").write_text("mine")
    assert invoke("--out", "page") == (2, "", "--out must be a folder, not the file page.\n")
    assert [path.name for path in here.iterdir()] == ["page"]


def test_missing_compiler(here, monkeypatch):
    monkeypatch.setenv("PATH", str(here))
    status, text, message = invoke()
    assert (status, text) == (2, "")
    assert message.startswith("g++ and make and ar are missing to compile a Verilated model: ")
    assert list(here.iterdir()) == []


def test_missing_data_set(here, monkeypatch):
    def missing():
        raise ModuleNotFoundError("No module named 'sklearn'", name="sklearn")

    monkeypatch.setattr(digits, "load_split", missing)
    sentence = "The demo needs sklearn, which is missing: pip install 'spikewright[demo]'.\n"
    assert invoke() == (2, "", sentence)
    assert list(here.iterdir()) == []


def test_damaged_weights(here, monkeypatch, tmp_path_factory):
    path = tmp_path_factory.mktemp("weights") / "digits.npz"
    path.write_bytes(digits.DATA.read_bytes()[:1000])
    monkeypatch.setattr(digits.load_weights, "__defaults__", (path,))
    sentence = "digits.npz: the file must be a whole zip archive, and is not\n"
    assert invoke() == (2, "", sentence)
    assert list(here.iterdir()) == []


def test_table_and_generated_source_must_agree(here, monkeypatch):
    from spikewright.lct import generate

    change = generate.Change(Path("hdl/generated/core.py"), "changed", "a", "b")
    monkeypatch.setattr(generate, "generate_all", lambda **_: [change])
    sentence = (
        "hdl/generated/core.py must be what its table says, and is changed: "
        "run spikewright generate.\n"
    )
    assert invoke() == (2, "", sentence)
    assert list(here.iterdir()) == []


def test_interrupt_leaves_nothing(here, monkeypatch, stand_in):
    stand_in()
    monkeypatch.setattr(demo, "demo", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
    assert invoke() == (130, "", "Interrupted.\n")
    assert list(here.iterdir()) == []


# On the RTL itself.


@pytest.mark.nightly
def test_held_out_digits_on_the_rtl():
    status, text, _ = invoke("--json")
    report = json.loads(text)
    assert status == 0
    assert (report["agree"], report["digits"], report["equal_answers"]) == (True, 500, 500)
    assert report["accuracy"]["rtl"] == report["accuracy"]["golden"] > 0.95
    assert 0 < report["cycles"]["lowest"] <= report["cycles"]["highest"] <= 9
