"""Which Python a description of a unit may be."""

from __future__ import annotations

from pathlib import Path

import pytest

from spikewright.lct.front import allow
from spikewright.lct.front.allow import check_source
from spikewright.lct.front.load import Elaborator
from spikewright.lct.front.refusal import Refused
from spikewright.lct.front.source import load_amaranth_text

ROOT = Path(__file__).parents[3]
WRITTEN = sorted([*ROOT.glob("hdl/generated/*.py"), *ROOT.glob("tests/lct/styles/*/*.py")])

# As models write: all of Amaranth, an FSM, a method, functions, loops, comprehensions, a memory.
MODEL = '''"""A unit."""
# -*- coding: utf-8 -*-
from functools import reduce
from operator import or_

from amaranth import *
from amaranth.lib import data, enum, memory, wiring
from amaranth.lib.wiring import In, Out


class Mode(enum.Enum, shape=1):
    OFF = 0
    ON = 1


class Pair(data.Struct):
    low: 4
    high: signed(4)


def largest(values):
    """→ of any number of values."""
    values = list(values)
    while len(values) > 1:
        values = [Mux(a > b, a, b) for a, b in zip(values[::2], values[1::2])] + (
            values[-1:] if len(values) % 2 else []
        )
    return values[0]


class Unit(wiring.Component):
    def __init__(self, width=4):
        if width < 1:
            raise ValueError(f"width is at least 1, not {width:3d}")
        self._width = width
        super().__init__({"a": In(width), "b": In(width), "y": Out(width), "any": Out(1)})

    @property
    def width(self) -> int:
        return self._width

    def _choose(self, m, kind="max"):
        best = Signal(self.width, name=f"{kind}_value")
        m.d.comb += best.eq(largest([self.a, self.b, Const(3, self.width)]))
        return best

    def elaborate(self, platform):
        m = Module()
        m.submodules.mem = mem = memory.Memory(shape=self.width, depth=4, init=[0] * 4)
        read = mem.read_port()
        best = self._choose(m)
        pair = Signal(Pair)
        with m.FSM() as fsm:
            with m.State("IDLE"):
                with m.If(best == 3):
                    m.next = "RUN"
            with m.State("RUN"):
                m.d.sync += pair.low.eq(Cat(*(self.a[i] for i in range(self.width))))
                m.next = "IDLE"
        with m.Switch(self.a):
            with m.Case(1):
                m.d.comb += self.y.eq(best ^ read.data)
            with m.Default():
                m.d.comb += self.y.eq(getattr(self, "b") ** 1 if False else self.b << 1)
        m.d.comb += self.any.eq(reduce(or_, [self.a.any(), pair.low.any(), fsm.ongoing("RUN")]))
        return m
'''


@pytest.mark.parametrize("path", WRITTEN, ids=[p.stem for p in WRITTEN])
def test_all_that_is_written_here_is_allowed(path: Path) -> None:
    check_source(path.read_text(encoding="utf-8"), path.name)


def test_what_models_write_is_hardware(elaborator: Elaborator) -> None:
    assert len(WRITTEN) > 60
    design = load_amaranth_text(MODEL.replace("\n", "\r\n"), "Unit", elaborator=elaborator)
    assert design.outputs == {"y": 4, "any": 1}
    assert {r.place for r in design.registers.values()} >= {"answer.py:52"}


UNIT = "from amaranth.hdl import *\nfrom amaranth.lib import data, wiring\n"
INSIDE = UNIT + "class A(wiring.Component):\n    def elaborate(self, platform):\n        {}\n"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("import os", "1:1: a unit does not import os"),
        ("import amaranth.hdl",
         "1:1: a module has a plain name, as in import amaranth.hdl as NAME"),
        ("from os import system", "1:1: a unit imports from Amaranth and its child units, not os"),
        ("from . import x", "1:1: a unit imports from Amaranth and its child units, not "),
        ("from amaranth.back import rtlil",
         "1:1: a unit imports from Amaranth and its child units, not amaranth.back"),
        ("from amaranth.hdl import Instance",
         "1:1: a unit does not import amaranth.hdl.Instance"),
        ("from enum import *", "1:1: all of enum is not imported, only names"),
        ("from spikewright.hdl.generated.chip import data",
         "1:1: a unit does not import spikewright.hdl.generated.chip.data"),
        ("def f():\n    import enum", "2:5: imports stand at the top of a text"),
        ("x = open('/etc/passwd')", "1:5: a unit does not use open"),
        ("x = __builtins__", "1:5: a unit does not use __builtins__"),
        ("__builtins__ = 1", "1:1: __builtins__ is no name that a text may give"),
        ("x = ().__class__", "1:5: a unit does not use the attribute __class__"),
        ("x = '{}'.format(1)", "1:5: a unit does not use the attribute format"),
        ("x = f'{().__class__}'", " a unit does not use the attribute __class__"),
        ("x = f'{1:{9}}'", "1:5: a format is a width and one of b, d, o, x"),
        ("x = f'{1:99999d}'", "1:5: a format is a width and one of b, d, o, x"),
        ("x = '%s' % 1", "1:5: a string is formatted as f'...', without %"),
        ("x = (i for i in [1]).gi_frame", "1:5: a unit does not use the attribute gi_frame"),
        ("try:\n    pass\nexcept ValueError:\n    pass", "1:1: a unit needs no try"),
        ("async def f():\n    pass", "1:1: a unit needs no AsyncFunctionDef"),
        ("def f():\n    yield 1", "2:5: a unit needs no Yield"),
        ("def f():\n    global x", "2:5: a unit needs no global"),
        ("x = 9\ndel x", "2:1: a unit needs no del"),
        ("while True:\n    pass", "1:1: a loop has a condition that can end it"),
        ("x = 1 << 99999", "1:5: a shift is at most 65,536"),
        ("x = 2 ** 2 ** 30", "1:5: an exponent has no exponents"),
        ("x = 10 ** 9999", "1:5: an exponent is at most 4,096"),
        ("x = [0] * 9999999", "1:5: a repetition is at most 65,536"),
        ("x = range(9999999)", "1:5: a range is at most 65,536"),
        (f"x = 0x1{'0' * 1024}", "1:5: an integer has at most 4096 bits"),
        ("x = b'a'", "1:5: a constant is a number or a string"),
        (UNIT + "x = data", "3:5: data is a module, of which names are used, not itself"),
        (UNIT + "x = data.operator", "3:5: a unit does not use data.operator"),
        (UNIT + "x = Format('{0.shape}', 1)", "3:5: a unit does not use Format"),
        (UNIT + "Signal.eq = 1",
         "3:1: a text sets attributes of self and of the module it makes, not of others"),
        (UNIT + "Signal = 1", "3:1: Signal is imported, so the name is not given again"),
        (UNIT + "class A(wiring.Component, metaclass=data):\n    pass",
         "3:37: a class has no keyword metaclass"),
        (UNIT + "@data\nclass A:\n    pass", "3:2: a class has no decorators"),
        (UNIT + "class A(data.make()):\n    pass",
         "3:9: the base of a class is a class of Amaranth or of the text"),
        (UNIT + "class A(str):\n    pass",
         "3:9: the base of a class is a class of Amaranth or of the text"),
        (UNIT + "class A:\n    def __init_subclass__(self):\n        pass",
         "4:5: __init_subclass__ is no name that a text may give"),
        (UNIT + "@property\ndef f():\n    pass",
         "3:2: the decorators of methods are classmethod, property, staticmethod"),
        (UNIT + "class A:\n    @Signal\n    def f(self):\n        pass",
         "4:6: the decorators of methods are classmethod, property, staticmethod"),
        (UNIT + "class A:\n    def f(self):\n        self.eq = 1\n    g = f",
         "6:9: f is a method, so it is called on self and not used otherwise"),
        (UNIT + "class A:\n    def f(self):\n        self.eq = 1\nA.f(Signal)",
         "6:1: A has methods, so it is called and not used otherwise"),
        (UNIT + "def f(self):\n    self.eq = 1\nf(Signal)",
         "3:7: self is no name that a text may give"),
        (INSIDE.format("self.x.y = 1"),
         "5:9: a text sets attributes of self and of the module it makes, not of others"),
        (INSIDE.format("self.__dict__"), "5:9: a unit does not use the attribute __dict__"),
        (INSIDE.format("super().elaborate(1)"), "5:9: super is used as super().__init__(...)"),
        (INSIDE.format("x: 'open(1)' = 1"),
         "5:12: an annotation in quotes is the name of a class"),
        ("x = 1\n\x1b[2J", "2:1: a text has characters that are shown, not U+001B"),
        ("x = 1 # \u202e", "1:9: a text has characters that are shown, not U+202E"),
        ("x\0 = 1", "1:2: a text has characters that are shown, not U+0000"),
        ("\ufeffx = 1", "1:1: a text has characters that are shown, not U+FEFF"),
        ("\uff4f\uff53 = 1", "1:1: outside comments and strings a text is ASCII, not U+FF4F"),
        ("x = " + "(" * 60, "1:45: lines have at most 2000 characters and 40 open brackets"),
        ("x = " + "-" * 3000 + "1",
         "1:1: lines have at most 2000 characters and 40 open brackets"),
        ("x = " + "-" * 1900 + "1", " a text has at most 60,000 parts, 60 deep"),
        ("x = 1" + "+\\\n1" * 5000, " expressions are nested less deeply"),
        ("x = 1" + "+\\\n1" * 90, " a text has at most 60,000 parts, 60 deep"),
        ("x = [" + "1,\n" * 60_000 + "]", " a text has at most 60,000 parts, 60 deep"),
        ("x = 1\n" * 60_000, " a text has at most 262,144 characters, not 360,000"),
    ],
)  # fmt: skip
def test_refused(text: str, sentence: str) -> None:
    with pytest.raises(Refused) as found:
        check_source(text)
    assert found.value.rule == "forbidden"
    if sentence[0] == " ":
        assert str(found.value).endswith(f":{sentence}")
    else:
        assert str(found.value) == f"answer.py:{sentence}"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("def half(:", "answer.py:1: a text is Python, not this: invalid syntax"),
        ("x = '\\N{no}'",
         "answer.py:1: a text is Python, not this: (unicode error) 'unicodeescape' codec can't "
         "decode bytes in position 0-5: unknown Unicode character name"),
    ],
)  # fmt: skip
def test_no_python(text: str, sentence: str) -> None:
    with pytest.raises(Refused) as found:
        check_source(text)
    assert (found.value.rule, str(found.value)) == ("syntax", sentence)


def test_names_are_looked_up_where_they_run(elaborator: Elaborator) -> None:
    """A name that the text only finds while it runs is held against the same list."""
    text = INSIDE.format('getattr(self, "__dic" + "t__")').replace(
        "    def",
        '    def __init__(self):\n        super().__init__({"y": wiring.Out(1)})\n    def',
    )
    check_source(text)
    with pytest.raises(Refused) as found:
        load_amaranth_text(text, "A", elaborator=elaborator)
    assert (found.value.rule, str(found.value)) == (
        "forbidden", "answer.py: a unit does not use the attribute __dict__",
    )  # fmt: skip


def test_the_tree_that_was_checked_runs(elaborator: Elaborator) -> None:
    """All names of a module are only those of the list, also while the text runs."""
    tree = allow.checked("from amaranth.hdl import *")
    assert "Format" not in {alias.name for alias in getattr(tree.body[0], "names", ())}
    text = UNIT + "def f(Format):\n    return Format\nx = Format"
    with pytest.raises(Refused, match=r"^answer\.py:5: A becomes hardware, not NameError: "):
        load_amaranth_text(text, "A", elaborator=elaborator)
