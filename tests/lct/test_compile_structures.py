"""The compiler on units that are made of units."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from amaranth.sim import Simulator

from spikewright.lct.compile import compile_unit
from spikewright.lct.diagnostics import LctError
from spikewright.lct.library import Library
from spikewright.lct.load import load_class

PARTS = {
    "adder": """
## Parameters
| name | value |
|---|---|
| W | 4 |

## Signals
| name | kind | type | reset |
|---|---|---|---|
| x | in stream | unsigned(W) | |
| y | out stream | unsigned(W) | |
| seen | out | unsigned(W) | |

## Table t (unique)
| row | => | x.ready | y.valid | y.payload | seen |
|---|---|---|---|---|---|
| always | => | y.ready | x.valid | trunc(x.payload + 1, W) | x.payload |
""",
    "store": """
## External
| class | reason |
|---|---|
| somewhere.stores:Store | a memory |

## Parameters
| name | value |
|---|---|
| W | adder.W |
| DEPTH | 8 |
| ADDRESS_BITS | clog2(DEPTH) |

## Signals
| name | kind | type |
|---|---|---|
| address | in | unsigned(ADDRESS_BITS) |
| data | out | unsigned(W) |
""",
    "whole": """
## Parameters
| name | value |
|---|---|
| W | adder.W |

## Signals
| name | kind | type |
|---|---|---|
| i | in stream | unsigned(W) |
| o | out stream | unsigned(W) |
| p | out | unsigned(W) |
| q | out | unsigned(W) |

## Instances
| name | unit | meaning |
|---|---|---|
| first | adder | |
| second | adder | the same again |

## Connections
| from | to |
|---|---|
| i | first.x |
| first.y | second.x |
| first.seen | p |
| first.seen | q |
| second.seen | - |
| second.y | o |
""",
}


def units(folder: Path, **others: str) -> Library:
    """Return a library of the parts and of others."""
    for name, text in {**PARTS, **others}.items():
        (folder / f"{name}.lct.md").write_text(f"# {name}\n{text}", encoding="utf-8")
    return Library(folder)


def test_a_structure_places_units_and_wires_them(tmp_path: Path) -> None:
    library = units(tmp_path)
    text = compile_unit(library.unit("whole"), library)
    assert text.split("m = Module()\n\n")[1] == (
        """\
        m.submodules.first = first = Adder(w=self.w)
        m.submodules.second = second = Adder(w=self.w)  # the same again

        connect(m, flipped(self.i), first.x)
        connect(m, first.y, second.x)
        m.d.comb += [
            self.p.eq(first.seen),
            self.q.eq(first.seen),
        ]
        connect(m, second.y, flipped(self.o))

        return m
"""
    )


def test_a_structure_hands_its_parameters_on(tmp_path: Path) -> None:
    component = load_class("whole", units(tmp_path))(w=7)
    seen: list[int] = []

    async def bench(ctx: Any) -> None:
        ctx.set(component.i.payload, 126)
        ctx.set(component.i.valid, 1)
        ctx.set(component.o.ready, 1)
        await ctx.delay(1e-6)
        seen.extend([ctx.get(component.o.payload), ctx.get(component.o.valid)])
        seen.extend([ctx.get(component.q), ctx.get(component.i.ready)])

    simulator = Simulator(component)
    simulator.add_testbench(bench)
    simulator.run()
    assert seen == [0, 1, 126, 1]


def test_a_hand_written_class_gets_the_base_parameters_of_its_unit(tmp_path: Path) -> None:
    library = units(
        tmp_path,
        top="""
## Signals
| name | kind | type |
|---|---|---|
| at | in | unsigned(3) |
| out | out | unsigned(4) |

## Instances
| name | unit |
|---|---|
| rows | store |

## Connections
| from | to |
|---|---|
| at | rows.address |
| rows.data | out |
""",
    )
    text = compile_unit(library.unit("top"), library)
    assert "from somewhere.stores import Store\n" in text
    assert "m.submodules.rows = rows = Store(w=self.w, depth=self.depth)\n" in text
    assert "def __init__(self, *, w: int = 4, depth: int = 8) -> None:\n" in text


def test_one_parameter_has_one_default(tmp_path: Path) -> None:
    library = units(
        tmp_path,
        other=PARTS["adder"].replace("| W | 4 |", "| W | 5 |"),
        both="""
## Signals
| name | kind | type |
|---|---|---|
| i | in stream | unsigned(4) |
| j | in stream | unsigned(5) |

## Instances
| name | unit |
|---|---|
| one | adder |
| two | other |

## Connections
| from | to |
|---|---|
| i | one.x |
| j | two.x |
""",
    )
    with pytest.raises(LctError, match="parameter w has one default, not 4 and 5"):
        compile_unit(library.unit("both"), library)
