"""The compiler: what its sources look like, and what it refuses."""

from __future__ import annotations

from pathlib import Path

import pytest
from amaranth.hdl import Fragment, Shape

from spikewright.lct.compile import compile_package, compile_unit
from spikewright.lct.diagnostics import LctError
from spikewright.lct.library import Library
from spikewright.lct.load import load_class, load_module
from spikewright.lct.prove import prove_unit

EXPECTED = Path(__file__).parent / "expected"
LOGIC = """
## Signals
| name | kind | type | reset |
|---|---|---|---|
| a | in | unsigned(4) | |
| b | out | unsigned(4) | |
"""
COPY = """
## Table copy (unique)
| row | => | b |
|---|---|---|
| always | => | a |
"""


def source(folder: Path, text: str, **others: str) -> str:
    for name, unit in {"sample": text, **others}.items():
        (folder / f"{name}.lct.md").write_text(f"# {name}\n{unit}", encoding="utf-8")
    library = Library(folder)
    return compile_unit(library.unit("sample"), library)


# ---- what it looks like


@pytest.mark.parametrize("name", ["chip", "forward_east"])
def test_the_example_of_the_language_page_reads_like_this(name: str) -> None:
    library = Library(EXPECTED)
    expected = (EXPECTED / f"{name}.txt").read_text(encoding="utf-8")
    assert compile_unit(library.unit(name), library) == expected


def test_the_example_does_what_its_table_says_at_other_widths_too() -> None:
    library = Library(EXPECTED)
    for overrides in ({}, {"offset_bits": 3, "axons": 10}):
        assert prove_unit("forward_east", library, overrides) == []


def test_types_are_shared_by_name() -> None:
    chip = load_module("chip", Library(EXPECTED))
    assert Shape.cast(chip.packet_layout()).width == 9 + 9 + 4 + 8
    assert Shape.cast(chip.packet_layout(offset_bits=4, axons=16)).width == 4 + 4 + 4 + 4
    made = load_class("forward_east", Library(EXPECTED))(offset_bits=4, axons=16)
    assert made.west.payload.shape() == chip.packet_layout(offset_bits=4, axons=16)
    # Amaranth warns of a component that is never used.
    Fragment.get(made, None)


def test_a_table_by_enumerant_is_a_switch(tmp_path: Path) -> None:
    text = source(
        tmp_path,
        """
## Types
| name | definition |
|---|---|
| Phase | enum(WAIT, RUN, DONE) |

## Signals
| name | kind | type | reset |
|---|---|---|---|
| go | in | unsigned(1) | |
| busy | out | unsigned(1) | |
| phase | register | Phase | WAIT |

## Table walk (unique)
| row | phase | go | => | phase | busy | note |
|---|---|---|---|---|---|---|
| wait | WAIT | 0 | => | hold | 0 | |
| go | WAIT | 1 | => | RUN | 0 | off it goes |
| end | {RUN, DONE} | - | => | WAIT | 1 | both alike |
""",
    )
    assert text.split("# Table walk (unique)\n")[1].split("\n        return")[0] == (
        """\
        with m.Switch(phase):
            with m.Case(Phase.WAIT):
                with m.If(~self.go):  # row wait
                    m.d.comb += self.busy.eq(0)
                with m.Else():  # row go: off it goes
                    m.d.comb += self.busy.eq(0)
                    m.d.sync += phase.eq(Phase.RUN)
            with m.Case(Phase.RUN, Phase.DONE):  # row end: both alike
                m.d.comb += self.busy.eq(1)
                m.d.sync += phase.eq(Phase.WAIT)
"""
    )
    assert prove_unit("sample", Library(tmp_path)) == []


def test_names_that_python_or_amaranth_need_get_an_underscore(tmp_path: Path) -> None:
    text = source(
        tmp_path,
        LOGIC
        + """\
| sum | register | unsigned(4) | 3 |

## Definitions
| name | expression |
|---|---|
| m | a ^ sum |
| Signal | m + 1 |
| lambda | Signal & 3 |

## Table t (unique)
| row | => | b | sum |
|---|---|---|---|
| always | => | lambda | trunc(Signal, 4) |
""",
    )
    assert 'sum_ = Signal(4, init=3, name="sum")' in text
    assert 'm_ = wire(m, self.a ^ sum_, name="m")' in text
    assert prove_unit("sample", Library(tmp_path)) == []


def test_names_that_got_an_underscore_stay_apart(tmp_path: Path) -> None:
    text = source(
        tmp_path,
        LOGIC
        + """
## Definitions
| name | expression |
|---|---|
| m | a + 1 |
| m_ | a + 2 |
| m__ | m ^ m_ |

## Table t (unique)
| row | => | b |
|---|---|---|
| always | => | m__[0:4] |
""",
    )
    assert 'm___ = wire(m, self.a + 1, name="m")' in text
    assert "m_ = wire(m, self.a + 2)" in text
    assert prove_unit("sample", Library(tmp_path)) == []


def test_resets_are_written_by_name(tmp_path: Path) -> None:
    text = source(
        tmp_path,
        """
## Parameters
| name | value |
|---|---|
| N | 3 |

## Types
| name | definition |
|---|---|
| Phase | enum(WAIT, RUN = 3) |
| Inner | struct(x: signed(4)) |
| Outer | struct(phase: Phase, inner: Inner, n: unsigned(5)) |

## Signals
| name | kind | type | reset |
|---|---|---|---|
| o | out | Outer | |
| p | out | Phase | |
| l | out | array(unsigned(2), 2) | |
| held | register | Outer | Outer(phase = RUN, inner = Inner(x = -3), n = 2 * N) |
| phase | register | Phase | RUN |
| list | register | array(unsigned(2), 2) | 0 |

## Table t (unique)
| row | => | o | p | l | held | phase | list |
|---|---|---|---|---|---|---|---|
| always | => | held | phase | list | held with n = N | WAIT | list |
""",
    )
    assert 'init={"phase": Phase.RUN, "inner": {"x": -3}, "n": 2 * self.n}' in text
    assert "phase = Signal(Phase, init=Phase.RUN)" in text
    assert 'list_ = Signal(data.ArrayLayout(2, 2), name="list")' in text
    assert prove_unit("sample", Library(tmp_path)) == []
    assert prove_unit("sample", Library(tmp_path), {"n": 7}) == []


def test_an_import_may_pass_through_several_units(tmp_path: Path) -> None:
    again = """
## Parameters
| name | value |
|---|---|
| AXON_BITS | chip.AXON_BITS |

## Types
| name | definition |
|---|---|
| Packet | chip.Packet |
| Two | array(Packet, 2) |
"""
    text = source(
        tmp_path,
        again.replace("chip.", "again.").replace("array(Packet, 2)", "again.Two")
        + """
## Signals
| name | kind | type |
|---|---|---|
| i | in | Two |
| p | in | Packet |
| o | out | unsigned(AXON_BITS) |

## Table t (unique)
| row | => | o |
|---|---|---|
| r | => | i[1].axon if p == i[0] else p.axon |
""",
        again=again,
        chip=(EXPECTED / "chip.lct.md").read_text().removeprefix("# chip\n"),
    )
    assert "packet = chip.packet_layout(offset_bits=offset_bits, axons=axons)" in text
    assert "two = again.two_layout(offset_bits=offset_bits, axons=axons)" in text
    assert "self.axon_bits = chip.axon_bits(axons=axons)" in text
    assert prove_unit("sample", Library(tmp_path), {"axons": 5}) == []


def test_long_things_are_broken_at_the_loosest_operator(tmp_path: Path) -> None:
    terms = " and ".join(f"a[{n % 4}] == {n % 2}" for n in range(12))
    text = source(
        tmp_path,
        LOGIC
        + f"""
## Definitions
| name | expression |
|---|---|
| all | {terms} |

## Table t (unique)
| row | all | => | b | note |
|---|---|---|---|---|
| yes | 1 | => | a | {"a note that is longer than the line " * 5}|
| no | 0 | => | 0 | |
""",
    )
    assert max(map(len, text.splitlines())) <= 100
    assert (
        """\
        all_ = wire(
            m,
            (self.a[0] == 0)
            & (self.a[1] == 1)
"""
        in text
    )
    assert prove_unit("sample", Library(tmp_path)) == []


def test_prose_assumptions_and_meanings_are_the_docstring() -> None:
    made = load_class("forward_east", Library(EXPECTED))
    assert "Carries a packet east until its x offset is spent" in made.__doc__
    assert "A1 : not west.valid or west.payload.dx >= 0" in made.__doc__
    assert "    offset_bits : int\n        Bits of a signed core offset." in made.__doc__


def test_the_package_names_its_modules() -> None:
    text = compile_package(["b", "a"])
    assert text.endswith('__all__ = ["a", "b"]\n')


# ---- what it refuses


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            LOGIC.replace("| a |", "| class |") + COPY.replace("| a |", "| class |"),
            "a port is not called class: the generated class cannot have it",
        ),
        (
            LOGIC.replace("| a |", "| elaborate |") + COPY.replace("| a |", "| elaborate |"),
            "a port is not called elaborate: the generated class cannot have it",
        ),
        (
            "\n## Parameters\n| name | value |\n|---|---|\n| A | 4 |\n"
            + LOGIC.replace("(4)", "(A)")
            + COPY,
            "port a and parameter A would have one name",
        ),
        (
            "\n## Types\n| name | definition |\n|---|---|\n| T | enum(X = N) |\n".replace(
                "## Types", "## Parameters\n| name | value |\n|---|---|\n| N | 2 |\n\n## Types"
            )
            + LOGIC.replace("unsigned(4)", "T")
            + COPY,
            "enumerant X has a fixed value, not one that a parameter sets",
        ),
        (
            "\n## Types\n| name | definition |\n|---|---|\n| T | struct(eq: unsigned(4)) |\n"
            + LOGIC.replace("unsigned(4)", "T")
            + COPY,
            "a field is not called eq: the generated code cannot name it",
        ),
        (
            "\n## Types\n| name | definition |\n|---|---|\n| Signal | enum(X, Y) |\n"
            + LOGIC.replace("unsigned(4)", "Signal")
            + COPY,
            "Signal is a name that the generated module needs itself",
        ),
        (
            "\n## Types\n| name | definition |\n|---|---|\n| Sample | enum(X, Y) |\n"
            + LOGIC.replace("unsigned(4)", "Sample")
            + COPY,
            "the generated module would have two things called Sample",
        ),
        (
            "\n## Types\n| name | definition |\n|---|---|\n| T | enum(X = 1, Y) |\n"
            + LOGIC.replace("unsigned(4)", "T")
            + COPY,
            "an enumeration has an enumerant of value 0, and T has none",
        ),
        (
            LOGIC + COPY.replace("| a |", "| a[0:popcount(7)] |"),
            "a constant is made by arithmetic, comparisons and clog2, not with popcount",
        ),
    ],
)
def test_what_has_no_amaranth_form_is_refused(text: str, message: str, tmp_path: Path) -> None:
    with pytest.raises(LctError) as caught:
        source(tmp_path, text)
    assert [f.message for f in caught.value.findings] == [message]
    assert caught.value.findings[0].place.file == "sample.lct.md"
