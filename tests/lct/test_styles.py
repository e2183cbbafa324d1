"""Units in many styles, and near misses of them: the comparison judges every one rightly."""

import runpy
import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any, TypeAlias

import pytest

from spikewright.lct.compare import Comparison, Options, compare_design
from spikewright.lct.compare.judge import Judge
from spikewright.lct.compare.sequential import compare_sequential
from spikewright.lct.front.load import Elaborator
from spikewright.lct.front.refusal import Refused
from spikewright.lct.library import Library

HERE = Path(__file__).parent
helpers = SimpleNamespace(
    **runpy.run_path(str(HERE / "style_variants.py")),
    simulate=runpy.run_path(str(HERE / "style_truth.py"))["simulate"],
)
Variant: TypeAlias = Any
VARIANTS: list[Variant] = helpers.variants()
NAMED = [v for v in VARIANTS if not v.recoded]
LIBRARY = Library()

needs_icarus = pytest.mark.skipif(shutil.which("iverilog") is None, reason="Icarus is not there")

Outcome: TypeAlias = Comparison | Refused


def judge(variants: Iterable[Variant]) -> dict[str, Outcome]:
    """The comparison of each variant with its table, or why it was refused."""
    found: dict[str, Outcome] = {}
    with Elaborator() as elaborator:
        for v in variants:
            try:
                design = v.design(LIBRARY, elaborator)
            except Refused as refusal:
                found[v.name] = refusal
                continue
            options = Options(explain=bool(v.kind))
            compare = compare_sequential if v.recoded else compare_design
            found[v.name] = compare(v.table(LIBRARY), design, options)
    return found


def misjudged(variants: Iterable[Variant], outcomes: Mapping[str, Outcome]) -> list[str]:
    """What the comparison says of each variant of which it does not say what is true."""
    wrong = []
    for v in variants:
        outcome = outcomes[v.name]
        if isinstance(outcome, Refused):
            right, text = not v.equal and v.refused == outcome.rule, f"refused, {outcome}"
        else:
            verdicts = ("identical", "equivalent") if v.equal else ("different",)
            right, text = outcome.verdict in verdicts and not v.refused, outcome.verdict
        if not right:
            wrong.append(f"{v.name}: {text}")
    return wrong


@pytest.fixture(scope="module")
def outcomes() -> dict[str, Outcome]:
    """All variants, judged."""
    return judge(VARIANTS)


def test_there_are_enough_of_them() -> None:
    equal = [v for v in VARIANTS if v.equal]
    assert len(equal) >= 60
    assert len(VARIANTS) - len(equal) >= 60
    assert len({v.unit for v in equal}) >= 12
    assert sum(v.recoded for v in equal) >= 8
    assert all(v.truth for v in VARIANTS)


def test_all_are_judged_rightly(outcomes: dict[str, Outcome]) -> None:
    assert misjudged(VARIANTS, outcomes) == []


def test_differences_have_the_right_kind(outcomes: dict[str, Outcome]) -> None:
    wrong = {}
    for v in NAMED:
        outcome = outcomes[v.name]
        if v.kind and isinstance(outcome, Comparison):
            kinds = sorted({cell.kind for cell in outcome.differences})
            if v.kind not in kinds:
                wrong[v.name] = kinds
    assert wrong == {}


@pytest.mark.parametrize(("answer", "caught"), [("holds", False), ("fails", True)])
def test_a_judge_that_always_says_the_same_is_found_out(
    monkeypatch: pytest.MonkeyPatch, answer: str, caught: bool
) -> None:
    """Forced to agree it misses the near misses, forced to differ the equal ones.

    Only units without registers: elsewhere the induction from reset would still be right.
    """
    variants = [
        v
        for v in NAMED
        if v.equal is caught
        and v.name != "to_local_narrow_port"  # the judge is not asked about widths
        and not v.refused
        and not v.table(LIBRARY).by_role("register")
    ][::3]
    assert variants
    monkeypatch.setattr(Judge, "judge", lambda _, claims: dict.fromkeys(claims, answer))
    assert len(misjudged(variants, judge(variants))) == len(variants)


def check_truth(variant: Variant, folder: Path, count: int) -> None:
    """What the manifest says of a variant, found out by simulation."""
    sources = [variant.path]
    if variant.path.suffix == ".py":
        # Icarus runs `always @*` only when something changes: not at the beginning.
        text = variant.design(LIBRARY).verilog[0].replace("always @*", "always_comb")
        sources = [folder / "unit.v"]
        sources[0].write_text(text)
    for mode in ("walk", "jump"):
        if mode in variant.truth:
            difference = helpers.simulate(
                variant.table(LIBRARY),
                sources,
                folder,
                jump=mode == "jump",
                reset=variant.reset or "rst",
                simulator=variant.simulator,
                count=count,
            )
            assert (difference == "") is variant.equal, difference


@needs_icarus
@pytest.mark.parametrize(
    "name", ["axi_read_async_reset", "merge_north_one_hot", "frame_out_arithmetic_shift"]
)
def test_the_truth_is_found_by_simulation(name: str, tmp_path: Path) -> None:
    check_truth(next(v for v in VARIANTS if v.name == name), tmp_path, 500)


@pytest.mark.nightly
@needs_icarus
@pytest.mark.parametrize("variant", VARIANTS, ids=lambda v: v.name)
def test_the_truth_of_every_variant(variant: Variant, tmp_path: Path) -> None:
    check_truth(variant, tmp_path, 20_000)
