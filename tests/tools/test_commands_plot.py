"""`spikewright plot`: pictures that hold the numbers, and sentences for what cannot be drawn."""

from __future__ import annotations

import re
import runpy
import sys
from functools import partial
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from spikewright.golden import (
    Architecture,
    Network,
    Recording,
    Simulator,
    random_network,
    random_spikes,
    save_recording,
)

helpers = SimpleNamespace(**runpy.run_path(str(Path(__file__).with_name("command_helpers.py"))))
invoke = partial(helpers.invoke, "plot")

pytest.importorskip("matplotlib")

TINY = Architecture.preset("tiny")
TICKS = 60
WATCH = (0, 3, 17, 40)


def run(network: Network, ticks: int = TICKS, watch: tuple[int, ...] = WATCH) -> Recording:
    simulator = Simulator(network)
    simulator.inject(random_spikes(network, 1, ticks))
    return simulator.run(ticks, watch=np.array(watch, dtype=np.int64))


@pytest.fixture(scope="module")
def network() -> Network:
    return random_network(TINY.with_mesh(3, 2), 3)


@pytest.fixture(scope="module")
def recording(network: Network) -> Recording:
    return run(network)


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def files(network, recording):
    network.save("net.npz")
    save_recording("rec.npz", recording, complete=True, engine="numpy")


def pixels(path: str) -> np.ndarray:
    from matplotlib.image import imread

    return (imread(path)[:, :, :3] * 255).round().astype(int)


def has_colour(picture: np.ndarray, colour: str) -> bool:
    wanted = [int(colour[i : i + 2], 16) for i in (1, 3, 5)]
    return bool((picture == wanted).all(axis=2).any())


def texts(path: str) -> list[str]:
    return re.findall(r"<text[^>]*>([^<]*)</text>", Path(path).read_text(encoding="utf-8"))


# The command.


@pytest.mark.parametrize("kind", ["raster", "rates", "potentials", "map", "links"])
@pytest.mark.usefixtures("files")
def test_every_kind_as_png(here, kind):
    status, text, message = invoke("rec.npz", "--kind", kind, "--network", "net.npz")
    assert (status, text, message) == (0, f"wrote build/plots/rec.{kind}.png\n", "")
    assert [path.name for path in (here / "build/plots").iterdir()] == [f"rec.{kind}.png"]
    picture = pixels(f"build/plots/rec.{kind}.png")
    assert 400 < picture.shape[0] < 2000
    assert 1000 < picture.shape[1] < 2000
    # A white page, and something on it.
    assert (picture[:4] == 255).all()
    assert 0.02 < (picture < 250).any(axis=2).mean() < 0.9


@pytest.mark.usefixtures("files")
def test_raster_is_the_default_and_needs_no_network():
    assert invoke("rec.npz", "--out", "a.png")[0] == 0
    assert invoke("rec.npz", "--out", "b.png", "--kind", "raster")[0] == 0
    assert Path("a.png").read_bytes() == Path("b.png").read_bytes()
    picture = pixels("a.png")
    assert has_colour(picture, "#2563c9")
    assert has_colour(picture, "#1b2330")


@pytest.mark.parametrize("kind", ["raster", "rates", "potentials", "map", "links"])
@pytest.mark.usefixtures("files")
def test_svg_is_the_same_in_every_run_and_keeps_its_texts(kind):
    for name in ("a.svg", "b.svg"):
        arguments = ("--kind", kind, "--network", "net.npz", "--out", name)
        assert invoke("rec.npz", *arguments)[0] == 0
    assert Path("a.svg").read_bytes() == Path("b.svg").read_bytes()
    assert b"dc:date" not in Path("a.svg").read_bytes()
    title = {"raster": "spikes", "map": "cores"}.get(kind, kind)
    assert f"rec: {title}" in texts("a.svg")


@pytest.mark.usefixtures("files")
def test_svg_of_a_raster_has_a_mark_for_each_spike(recording):
    assert invoke("rec.npz", "--out", "a.svg", "--ticks", "10:30")[0] == 0
    shown = texts("a.svg")
    spikes = int(recording.spikes_per_tick[10:30].sum())
    rate = 1000 * spikes / (96 * 20)
    assert (
        f"6 cores, 96 neurons, ticks 10 to 29: {spikes:,} spikes, {rate:.3g} Hz on average; "
        "one mark a spike"
    ) in shown
    marks = Path("a.svg").read_text(encoding="utf-8").count("<use ")
    ticks_of_axes = len(re.findall(r'<g id="[xy]tick_', Path("a.svg").read_text()))
    assert spikes <= marks <= spikes + ticks_of_axes + 4
    assert {"(0, 0)", "(2, 1)", "rate (Hz)", "tick (1 ms in real time)"} <= set(shown)


@pytest.mark.usefixtures("files")
def test_chosen_neurons_and_cores():
    assert invoke("rec.npz", "--neurons", "0,0,3 2,1,:2", "--out", "n.svg")[0] == 0
    assert {"(0, 0) 3", "(2, 1) 0", "(2, 1) 1"} <= set(texts("n.svg"))
    assert any(text.startswith("3 neurons of 96, ticks 0 to 59: ") for text in texts("n.svg"))
    assert invoke("rec.npz", "--cores", "1,0", "--out", "c.svg")[0] == 0
    assert "neuron of core (1, 0)" in texts("c.svg")
    assert any(text.startswith("1 core of 6, 16 neurons, ") for text in texts("c.svg"))


# Bad input: one sentence, status 2, nothing left behind.


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (
            ("--kind", "pie"),
            "--kind must be of raster, rates, potentials, map, links, not 'pie'.",
        ),
        (("--out", "a.pdf"), "--out must end in .png or .svg, not be a.pdf."),
        (("--out", "no/a.png"), "Cannot use no/a.png: No such file or directory."),
        (("--out", "folder.png"), "Cannot use folder.png: Is a directory."),
        (
            ("--neurons", "0,0,1", "--cores", "0,0"),
            "plot needs --neurons or --cores, not both.",
        ),
        (
            ("--neurons", "0,0,1", "--kind", "map"),
            "--neurons must come with --kind raster or potentials, not map.",
        ),
        (
            ("--cores", "0,0", "--kind", "potentials"),
            "--cores must come with --kind raster or rates, not potentials.",
        ),
        (
            ("--kind", "links"),
            "--kind links must come with --network, which says where packets go.",
        ),
        (
            ("--neurons", "0,0"),
            "--neurons must be x,y,n, each a number or a range A:B without B, such as 0,0,5 or "
            "0,0,0:4, not '0,0'.",
        ),
        (
            ("--cores", "a,0"),
            "--cores must be x,y, each a number or a range A:B without B, such as 0,5 or 0,0:4, "
            "not 'a,0'.",
        ),
        (
            ("--neurons", "0,0,16"),
            "--neurons must name places of the chip, where n is in 0..15, not 16.",
        ),
        (
            ("--cores", "0,2"),
            "--cores must name places of the chip, where y is in 0..1, not 2.",
        ),
        (
            ("--cores", "2:1,0"),
            "--cores must name places of the chip, where x is in 0..2, not 2:1.",
        ),
        (
            ("--ticks", "5"),
            "--ticks must be A:B, the first tick and the one after the last, such as 100:200, "
            "not '5'.",
        ),
        (
            ("--ticks", "50:61"),
            "--ticks must name at least one tick of the recording's 0:60, not '50:61'.",
        ),
        (
            ("--ticks", "9:9"),
            "--ticks must name at least one tick of the recording's 0:60, not '9:9'.",
        ),
        (
            ("--kind", "potentials", "--neurons", "0,0,3 0,0,4"),
            "--neurons must be among the 4 whose potentials were recorded, and neuron 4 of core "
            "(0, 0) is not.",
        ),
        (
            ("--network", "other.npz"),
            "other.npz: the network must be the one of rec.npz, with width = 3, not 2.",
        ),
        (("--network", "none.npz"), "Cannot use none.npz: No such file or directory."),
    ],
)
@pytest.mark.usefixtures("files")
def test_bad_input(here, arguments, sentence):
    Network(TINY).save("other.npz")
    Path("folder.png").mkdir()
    before = sorted(here.rglob("*"))
    status, text, message = invoke("rec.npz", *arguments)
    assert (status, text, message) == (2, "", sentence + "\n")
    assert sorted(here.rglob("*")) == before


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("none.npz", "Cannot use none.npz: No such file or directory."),
        ("text.npz", "text.npz: the file must be a whole zip archive, and is not"),
        (
            "net.npz",
            "net.npz: header format must be 'spikewright-recording', not 'spikewright-network'",
        ),
        ("empty.npz", "empty.npz: the recording must have at least one tick, and has none."),
    ],
)
@pytest.mark.usefixtures("files")
def test_bad_recording(here, name, sentence):
    Path("text.npz").write_text("nothing\n")
    save_recording("empty.npz", Recording.empty(TINY), complete=False, engine="numpy")
    before = sorted(here.rglob("*"))
    assert invoke(name) == (2, "", sentence + "\n")
    assert sorted(here.rglob("*")) == before


def test_no_potentials(network):
    save_recording("rec.npz", run(network, 3, ()), complete=True, engine="numpy")
    assert invoke("rec.npz", "--kind", "potentials", "--out", "a.png") == (
        2,
        "",
        "--kind potentials must have a recording with potentials, and this one has none: run the "
        "network with --watch.\n",
    )
    assert not Path("a.png").exists()


@pytest.mark.usefixtures("files")
def test_missing_matplotlib(monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    assert invoke("rec.npz", "--out", "a.png") == (
        2,
        "",
        "plot needs matplotlib, which is missing: pip install 'spikewright[plot]'.\n",
    )
