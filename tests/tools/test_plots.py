"""What plots hold: every mark, curve and picture, against the recording's own arrays."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from spikewright.golden import (
    SIDES,
    Architecture,
    Network,
    Recording,
    Simulator,
    measure,
    random_network,
    random_spikes,
)
from spikewright.tools import plots, plots_raster
from spikewright.tools.errors import UserError
from spikewright.tools.plots import save, short
from spikewright.tools.plots_mesh import core_map, links
from spikewright.tools.plots_raster import raster
from spikewright.tools.plots_time import potentials, rates
from spikewright.tools.plots_window import Window, cut

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


def figure(draw):
    """Draw as the command does, and write nothing."""
    import matplotlib as mpl

    with mpl.rc_context(plots._STYLE):
        return draw()


def test_marks(recording):
    drawn = figure(lambda: raster(Window(recording, "r")))
    axes = drawn.axes[0]
    points = np.concatenate([np.stack(line.get_data()) for line in axes.lines[:2]], axis=1)
    fired = recording.fired()
    row = (fired["x"] + 3 * fired["y"]) * 16 + fired["neuron"]
    assert sorted(points.T.tolist()) == sorted(np.stack([fired["tick"], row], axis=1).tolist())
    assert axes.get_ylim() == (-0.5, 95.5)
    assert axes.get_xlim() == (-0.5, TICKS - 0.5)


def test_many_spikes_become_rates(recording, monkeypatch):
    monkeypatch.setattr(plots_raster, "MARKS", 10)
    monkeypatch.setattr(plots_raster, "ROWS", 14)
    monkeypatch.setattr(plots_raster, "COLUMNS", 25)
    drawn = figure(lambda: raster(Window(recording, "r")))
    (image,) = drawn.axes[0].images
    # Two rows of eight neurons for each of six cores; three ticks in a column.
    spikes = recording.dense_spikes().reshape(20, 3, 12, 8)
    expected = 1000 * spikes.mean(axis=(1, 3)).T
    assert np.allclose(image.get_array(), expected)
    assert image.get_extent() == [-0.5, 59.5, -0.5, 11.5]
    (strip,) = [axes for axes in drawn.axes if axes.get_ylabel() == "rate (Hz)"]
    assert np.allclose(strip.patches[0].get_data().values, expected.mean(axis=0))


def test_more_cores_than_rows(recording, monkeypatch):
    monkeypatch.setattr(plots_raster, "ROWS", 4)
    (image,) = figure(lambda: raster(Window(recording, "r"))).axes[0].images
    cores = recording.dense_spikes().mean(axis=2).T
    assert np.allclose(image.get_array(), 1000 * cores.reshape(3, 2, TICKS).mean(axis=1))


def chip(spikes: int = 300_000, ticks: int = 40) -> Recording:
    """Return what a chip of 4,096 cores might do, in which only even rows of the mesh fire."""
    a = Architecture.preset("truenorth")
    rng = np.random.default_rng(1)
    index = rng.integers(0, a.cores * a.neurons, (ticks, spikes // ticks))
    index = np.where(index // (256 * 64) % 2, index - 256 * 64, index)
    lists = [np.unique(row).astype(np.uint32) for row in index]
    return replace(
        Recording.empty(a),
        spikes_per_tick=np.array([len(row) for row in lists]),
        spike_index=np.concatenate(lists),
        synaptic_events_per_tick=None,
        synaptic_events_per_core=None,
        late_per_tick=np.zeros(ticks, int),
        off_mesh=np.zeros(ticks, int),
        potentials=np.zeros((ticks, 0), np.int32),
    )


def test_full_chip():
    recording = chip()
    (image,) = figure(lambda: raster(Window(recording, "chip"))).axes[0].images
    picture = np.asarray(image.get_array())
    assert picture.shape == (512, 40)
    even = picture.reshape(32, 2, 8, 40)[:, 0]
    assert picture.mean() == pytest.approx(even.mean() / 2)
    assert even.min() > 0

    (image,) = figure(lambda: core_map(Window(recording, "chip"))).axes[0].images
    cores = np.asarray(image.get_array())
    assert cores.shape == (64, 64)
    assert not cores[1::2].any()
    counts = recording.spike_counts().sum(axis=1)
    assert np.allclose(cores.reshape(-1), 1000 * counts / 256 / 40)
    bands = figure(lambda: rates(Window(recording, "chip"))).axes[0].patches
    mean = 1000 * recording.spikes_per_tick / (4096 * 256)
    assert np.allclose(bands[2].get_data().values, mean)


def test_rates_of_few_cores_are_curves(recording):
    drawn = figure(lambda: rates(Window(recording, "r", cores=np.array([1, 4]))))
    curves = [patch.get_data().values for patch in drawn.axes[0].patches]
    spikes = recording.dense_spikes()
    assert np.allclose(curves, [1000 * spikes[:, core].mean(axis=1) for core in (1, 4)])
    labels = [text.get_text() for text in drawn.axes[0].get_legend().get_texts()]
    assert labels == ["core (1, 0)", "core (1, 1)"]
    # Synaptic operations are of the whole chip, and only shown with it.
    assert len(drawn.axes) == 1
    whole = figure(lambda: rates(Window(recording, "r")))
    lower = whole.axes[1].patches[0].get_data().values
    assert np.array_equal(lower, recording.synaptic_events_per_tick)


def test_rates_of_many_cores_are_bands():
    recording = run(random_network(TINY.with_mesh(4, 2), 2), ticks=1200, watch=())
    bands = [p.get_data() for p in figure(lambda: rates(Window(recording, "r"))).axes[0].patches]
    by_core = 1000 * recording.dense_spikes().reshape(400, 3, 8, 16).mean(axis=(1, 3))
    low, high = np.percentile(by_core, [5, 95], axis=1)
    assert np.allclose(bands[0].values, high)
    assert np.allclose(bands[0].baseline, low)
    assert np.allclose(bands[2].values, by_core.mean(axis=1))


def test_potentials(network, recording):
    drawn = figure(lambda: potentials(Window(recording, "r", neurons=np.array([3, 40])), network))
    assert len(drawn.axes) == 2
    for axes, index, column in zip(drawn.axes, (3, 40), (1, 3), strict=True):
        curve = axes.patches[0].get_data()
        assert np.array_equal(curve.values, recording.potentials[:, column])
        assert axes.get_ylabel() == f"core ({index // 16}, 0)\nneuron {index % 16}"
        marks = axes.lines[-1].get_xdata()
        fired = recording.dense_spikes().reshape(TICKS, -1)[:, index]
        assert np.array_equal(marks, np.flatnonzero(fired))


def test_thresholds_are_marked_where_they_are_near_and_named_where_they_are_far():
    arrays = {name: np.zeros((4, 16), dtype=int) for name in ("threshold", "negative_threshold")}
    arrays["threshold"][0, :2] = 20, 63
    arrays["negative_threshold"][0, :2] = 5, 63
    network = Network(TINY, leak=1, reset_mode=1, threshold_mask=[[2] + [0] * 15] * 4, **arrays)
    recording = Simulator(network).run(12, watch=np.array([0, 1]))
    near, far = figure(lambda: potentials(Window(recording, "r"), network)).axes
    levels = [line.get_ydata()[0] for line in near.lines if len(line.get_ydata()) == 2]
    assert {20, -5} <= set(levels)
    assert {"alpha + noise", "-beta"} <= {text.get_text() for text in near.texts}
    assert "alpha = 63\n-beta = -63" in {text.get_text() for text in far.texts}
    plain = figure(lambda: potentials(Window(recording, "r"), None)).axes[0]
    assert "-beta" not in {text.get_text() for text in plain.texts}


def test_many_potentials_are_a_picture(network):
    recording = run(network, watch=tuple(range(0, 96, 5)))
    (image,) = figure(lambda: potentials(Window(recording, "r"), network)).axes[0].images
    assert np.array_equal(image.get_array(), recording.potentials.T)
    low, high = image.get_clim()
    assert low == -high


def test_core_map(recording):
    rate, events = figure(lambda: core_map(Window(recording, "r"))).axes[:2]
    spikes = recording.dense_spikes()
    expected = 1000 * spikes.mean(axis=(0, 2)).reshape(2, 3)
    assert np.allclose(rate.images[0].get_array(), expected)
    assert short(float(expected[1, 2])) in {text.get_text() for text in rate.texts}
    expected = recording.synaptic_events_per_core.reshape(2, 3) / TICKS
    assert np.allclose(events.images[0].get_array(), expected)
    # A part of the ticks has no sums over them for each core.
    part = figure(lambda: core_map(Window(recording, "r", ticks=(5, 15))))
    assert len([axes for axes in part.axes if axes.images]) == 1
    expected = 1000 * spikes[5:15].mean(axis=(0, 2)).reshape(2, 3)
    assert np.allclose(part.axes[0].images[0].get_array(), expected)


def test_links_of_a_small_mesh_are_arrows(network, recording):
    window = Window(recording, "r", ticks=(20, 60))
    axes = figure(lambda: links(window, network)).axes[0]
    arrows = axes.collections[-4:]
    expected = measure(cut(recording, 20, 60), network).traffic.links / 40
    for side, arrow, counts in zip(SIDES, arrows, expected, strict=True):
        assert np.allclose(arrow.get_array(), counts.reshape(-1)), side
    assert expected.any()


def test_links_of_a_large_mesh_are_pictures():
    a = replace(TINY, offset_bits=6).with_mesh(18, 2)
    network = random_network(a, 2)
    recording = run(network, ticks=30, watch=())
    drawn = figure(lambda: links(Window(recording, "r"), network))
    statistics = measure(recording, network)
    for axes, counts in zip(drawn.axes[:4], statistics.traffic.links, strict=True):
        assert np.allclose(axes.images[0].get_array(), counts / 30)
    (hot,) = statistics.hot_links(1)
    label = f"({hot.x}, {hot.y}): {short(hot.per_tick)}"
    assert label in {text.get_text() for text in drawn.axes[SIDES.index(hot.side)].texts}


@pytest.mark.parametrize("draw", [raster, rates, core_map])
def test_silence(tmp_path, draw):
    network = Network(TINY)
    recording = Simulator(network).run(1, watch=np.array([0]))
    window = Window(recording, "r")
    save(lambda: draw(window), tmp_path / "silence.png")


def test_silence_with_its_network(tmp_path):
    network = Network(TINY)
    window = Window(Simulator(network).run(1, watch=np.array([0])), "r")
    save(lambda: links(window, network), tmp_path / "links.png")
    save(lambda: potentials(window, network), tmp_path / "potentials.png")


def test_too_many_neurons_for_rows():
    recording = Simulator(Network(TINY.with_mesh(6, 6))).run(1)
    window = Window(recording, "r", neurons=np.arange(513))
    with pytest.raises(UserError) as error:
        raster(window)
    assert str(error.value) == (
        "--neurons must name at most 512 neurons for --kind raster, not 513; --cores takes whole "
        "cores."
    )


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0"),
        (0.12345, "0.123"),
        (-5, "-5"),
        (999.4, "999"),
        (1500, "1,500"),
        (15_300, "15.3k"),
        (-393_216, "-393.2k"),
        (2_500_000, "2.5M"),
        (3.2e9, "3.2G"),
    ],
)
def test_short(value, text):
    assert short(value) == text
