"""Attacks are stopped, and one that were not would be seen."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from spikewright.lct.front.elaborator import Elaborator
from spikewright.tools import bench_attacks_watch
from spikewright.tools.bench_attacks_run import (
    ALONE,
    CONTROLS,
    HARMLESS,
    USER,
    Attack,
    attacks,
    attempt,
)
from spikewright.tools.bench_attacks_watch import Bounds, Watch
from spikewright.tools.cli import app

EVERY = {(a.language, a.kind, a.name): a for a in attacks()}
# One of each road that is quick; all of them are tried at night.
QUICK = [
    ("amaranth", "files", "read a file", "allow-list", "sandbox"),
    ("amaranth", "files", "make the result a link", "allow-list", "sandbox"),
    ("amaranth", "keys", "environment", "allow-list", "no hardware"),
    ("amaranth", "network", "TCP", "allow-list", "sandbox"),
    ("amaranth", "processes", "fork bomb", "allow-list", "sandbox"),
    ("amaranth", "memory", "long string", "limit of memory", "limit of memory"),
    ("amaranth", "output", "print without lines", "allow-list", "limit of output"),
    ("verilog", "files", "$readmemh", "check of the text", "no hardware"),
    ("verilog", "processes", "DPI", "no hardware", "no hardware"),
    ("verilog", "output", "$fatal", "no hardware", "no hardware"),
]


@pytest.fixture
def watch(tmp_path: Path) -> Iterator[Watch]:
    with Watch(tmp_path) as watch:
        yield watch


def confined() -> bool:
    with Elaborator() as elaborator:
        layers = set(elaborator.layers)
    return {"privileges", "system calls"} <= layers and bool({"files", "namespaces"} & layers)


@pytest.mark.parametrize("case", QUICK, ids=lambda case: case[2])
def test_stopped(watch: Watch, case: tuple[str, ...]) -> None:
    language, kind, name, user, alone = case
    if not confined():
        pytest.skip("this system lacks a layer")
    attack = EVERY[language, kind, name]
    for way, by in ((USER, user), (ALONE, alone)):
        outcome = attempt(attack, way, watch)
        assert (outcome.stopped, outcome.traces) == (by, ()), outcome
        assert outcome.ok


@pytest.mark.parametrize("attack", CONTROLS, ids=lambda a: a.language)
def test_what_is_harmless_passes(watch: Watch, attack: Attack) -> None:
    for way in (USER, ALONE):
        outcome = attempt(attack, way, watch)
        assert (outcome.stopped, outcome.traces, outcome.ok) == (HARMLESS, (), True)


@pytest.mark.parametrize(
    ("kind", "name", "without", "trace"),
    [
        ("files", "read a file", ("files", "namespaces"), "a secret (file)"),
        ("files", "list a folder", ("files", "namespaces"), "a secret (name)"),
        ("files", "remove a file", ("files", "namespaces"), "another file"),
        # Landlock refuses TCP too where the kernel is new.
        ("network", "TCP", ("files", "system calls", "namespaces"), "a connection"),
        ("network", "UDP", ("system calls", "namespaces"), "a connection"),
    ],
)
def test_a_hole_in_the_sandbox_is_seen(
    watch: Watch, kind: str, name: str, without: tuple[str, ...], trace: str
) -> None:
    """The checker itself: with a layer off, and only then, the same attack comes through."""
    outcome = attempt(EVERY["amaranth", kind, name], ALONE, watch, without)
    assert trace in outcome.traces
    assert (outcome.stopped, outcome.ok) == ("nothing", False)


def test_either_layer_keeps_files_and_network(watch: Watch) -> None:
    if not confined():
        pytest.skip("this system lacks a layer")
    for kind, name, layers in (
        ("files", "read a file", ("files", "namespaces")),
        ("network", "UDP", ("system calls", "namespaces")),
    ):
        for layer in layers:
            assert attempt(EVERY["amaranth", kind, name], ALONE, watch, [layer]).ok


def test_memory_of_earlier_processes_is_no_attack(
    watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bench_attacks_watch, "_grown", lambda _: 5_000)
    assert attempt(EVERY["amaranth", "files", "read a file"], USER, watch).ok


def test_all_that_is_watched(watch: Watch, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each thing that is looked at, done by hand."""
    said: list[str] = []
    grown = itertools.count()
    monkeypatch.setattr(bench_attacks_watch, "_grown", lambda _: 2_000 * next(grown))
    with watch.attempt(Bounds(0.0, ours=-1, theirs=-1, disk=0), said) as seen:
        (watch.home / "out.txt").touch()
        kept = watch.temporary / "kept"
        kept.write_bytes(bytes(8192))
        watch.udp.sendto(b"x", watch.udp.getsockname())
        said += [watch.tokens["environment"], "\x1b[2J", "root:x:0:0:root:/root:/bin/bash"]
        # What is on the disk is measured now and then.
        import time

        time.sleep(0.2)
    kept.unlink()
    expected = {
        "another file", "a connection", "time", "our memory", "memory", "disk", "files left over",
        "a secret (environment)", "codes for a terminal",
    }  # fmt: skip
    assert expected <= set(seen.traces)


def test_command() -> None:
    result = CliRunner().invoke(
        app, ["bench", "attacks", "--kind", "processes", "--language", "verilog", "--json"]
    )
    report = json.loads(result.stdout)
    assert result.exit_code == (0 if report["ok"] else 1)
    assert report["ways"]["checked"]["attacks"] == len(report["outcomes"]) / 2 >= 5
    if confined():
        assert report["ok"]
        assert report["ways"]["unchecked"]["stopped"] == report["ways"]["unchecked"]["attacks"]


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--kind", "magic"], "--kind must be one of files, keys, network, processes, time, "
         "memory, introspection, Amaranth, output, reading, not 'magic'."),
        (["--language", "vhdl"], "--language must be amaranth or verilog, not 'vhdl'."),
    ],
)  # fmt: skip
def test_bad_options(arguments: list[str], sentence: str) -> None:
    result = CliRunner().invoke(app, ["bench", "attacks", *arguments])
    assert (result.exit_code, result.stdout) == (2, "")
    assert " ".join(result.stderr.split()).removeprefix("Error: ") == sentence


@pytest.mark.nightly
@pytest.mark.parametrize("way", [USER, ALONE])
def test_all_are_stopped(watch: Watch, way: str) -> None:
    if not confined():
        pytest.skip("this system lacks a layer")
    outcomes = [attempt(attack, way, watch) for attack in EVERY.values()]
    assert len(outcomes) > 200
    assert not [o for o in outcomes if not o.ok]
