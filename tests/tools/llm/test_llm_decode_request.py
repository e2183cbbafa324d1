"""A decoder is told the signals and the HDL, and nothing else of the original."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from spikewright.lct.compile import class_name, compile_unit
from spikewright.lct.diagnostics import Diagnostics
from spikewright.lct.elaborate import elaborate
from spikewright.lct.generate_verilog import verilog_text
from spikewright.lct.ir import Unit
from spikewright.lct.legs import Hdl
from spikewright.lct.library import Library
from spikewright.lct.markdown import parse_markdown
from spikewright.tools.llm.decode import decode_request
from spikewright.tools.llm.facts import known_text
from spikewright.tools.llm.prompt import prompt

LIBRARY = Library()
UNITS = [n for n in LIBRARY.names() if LIBRARY.unit(n).kind in ("logic", "structure")]
night = pytest.mark.nightly
FRONT = ("Parameters", "Types", "Signals")


def secrets(unit: Unit) -> set[str]:
    """Row ids, cells, notes, definitions, meanings, prose: all that only the original says."""
    document = unit.document
    found = {line.strip() for line in document.prose}
    for section in document.sections:
        found |= {line.strip() for line in section.prose}
        if section.table is None:
            continue
        heads = [c.text for c in section.table.header]
        for row in section.table.rows:
            cells = [c.text for c in row.cells]
            if section.title in FRONT:
                found |= {c for h, c in zip(heads, cells, strict=True) if h in ("meaning", "why")}
            else:
                found |= set(cells)
        if section.title not in FRONT:
            found |= set(heads)
    return {text for text in found if re.search(r"[A-Za-z]", text)}


def leaks(unit: Unit, said: str, hdl: str) -> list[str]:
    """What of the original stands in a request and neither in the HDL nor among the signals."""
    form = prompt("decode")
    allowed = "\n".join([form.text, form.language, known_text(unit), hdl])
    allowed += "\n".join(known_text(i.unit) + n for n, i in unit.instances.items())
    found = {s for s in secrets(unit) if _in(s, said) and not _in(s, allowed)}
    # Parentheses that Python does not need are not in a tree.
    return sorted(s for s in found if "(" not in s or _tight(s) not in _tight(allowed))


def _tight(text: str) -> str:
    return re.sub(r"[\s()]", "", text)


def _in(piece: str, text: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(piece)}(?!\w)", text) is not None


def bare_amaranth(text: str) -> str:
    """Python without remarks, by its syntax tree: another way than the code under test goes."""
    tree = ast.parse(text)
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        first = body[0] if isinstance(body, list) else None
        if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
            body[0] = ast.Pass()
    return ast.unparse(tree)


def bare_verilog(text: str) -> str:
    return re.sub(r"/\*.*?\*/|//[^\n]*|\(\*[^)].*?\*\)", "", text, flags=re.DOTALL)


def asked(unit: Unit, hdl: Hdl) -> str:
    (message,) = decode_request(unit, hdl).messages
    return message["content"]


@pytest.mark.parametrize(
    "name", [n if k % 4 == 0 else pytest.param(n, marks=night) for k, n in enumerate(UNITS)]
)
def test_nothing_of_the_original_is_in_the_request(name: str) -> None:
    unit = LIBRARY.unit(name)
    source = compile_unit(unit)
    said = asked(unit, Hdl(source, "amaranth", class_name(name)))
    assert leaks(unit, said, bare_amaranth(source)) == []


@pytest.mark.parametrize("name", ["input_buffer", "leak_and_clamp"])
def test_nothing_of_the_original_is_in_the_request_for_verilog(name: str) -> None:
    unit = LIBRARY.unit(name)
    rows = "\n".join(f"// row {r.id}: {r.note}" for t in unit.tables for r in t.rows)
    source = rows + verilog_text(name, LIBRARY) + rows
    said = asked(unit, Hdl(source, "verilog", name))
    assert leaks(unit, said, bare_verilog(source)) == []


def test_the_check_finds_what_leaks() -> None:
    """Comments that stay, docstrings that stay, the table itself: each is found."""
    unit = LIBRARY.unit("input_buffer")
    source = compile_unit(unit)
    clean = asked(unit, Hdl(source, "amaranth", "InputBuffer"))
    hdl = bare_amaranth(source)
    assert leaks(unit, clean, hdl) == []
    assert {"drain", "stack", "one in, one out"} <= set(leaks(unit, clean + source, hdl))
    assert "oldest first" not in leaks(unit, clean, hdl)
    prose = "Two packets of buffer at an input of the router. Neither `arrive.ready` nor"
    assert any(prose in s for s in leaks(unit, "\n".join([clean, *unit.document.lines]), hdl))


SECRET = """\
# sender

secret prose

## Parameters
| name | value | meaning |
|---|---|---|
| WIDE | 4 | secret width |

## Types
| name | definition | meaning |
|---|---|---|
| Phase | enum(REST, WORK) | secret phases |

## Signals
| name | kind | type | reset | meaning |
|---|---|---|---|---|
| go | in | unsigned(1) | | secret start |
| sum | register | unsigned(WIDE) | 11 | secret sum |
| phase | register | Phase | WORK | secret phase |
| done | out | unsigned(1) | | secret end |

## Definitions
| name | expression | meaning |
|---|---|---|
| secret_more | trunc(sum + 3, WIDE) | secret number |

## Assumptions
| id | always | why |
|---|---|---|
| secret_A | sum != 15 | secret reason |

## Table secret_table (unique)
| row | phase | go | => | sum | phase | done | note |
|---|---|---|---|---|---|---|---|
| secret_r1 | REST | 1 | => | secret_more | WORK | 0 | secret note |
| secret_r2 | REST | 0 | => | hold | hold | 0 | secret note |
| secret_r3 | WORK | - | => | 5 | REST | 1 | secret note |

secret prose between
"""

VERILOG = """\
// secret: the rows are secret_r1 ...
module sender(input clk, input rst, input go /* secret
over two lines */, output done);
  (* secret = "secret_r1" *) reg [3:0] sum; // secret_r2
  reg phase;
  assign done = phase;
`ifdef SECRET_ROWS
  secret_r1 secret (.a(b));
`else
  always @(*) $display("secret_r3 %s", "secret");
`endif
  always @(posedge clk) begin: work // secret
    if (rst) begin sum <= 11; phase <= 1; end // "secret
    else if (phase) begin sum <= 5; phase <= 0; end
    else if (go) begin sum <= sum + 3; phase <= 1; end
  end
endmodule // secret
"""

AMARANTH = '''\
"""secret module"""
from amaranth.hdl import Module, Signal  # secret
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out


class Sender(wiring.Component):
    "secret class"
    go: In(1)  # secret
    done: Out(1)
    """secret attribute"""

    def elaborate(self, platform):
        """secret method"""
        m = Module()
        sum = Signal(4, init=11)  # secret_r1
        'secret'; phase = Signal(init=1)
        f"secret"
        with m.If(phase):
            # secret_r3
            m.d.sync += [sum.eq(5), phase.eq(0)]
        with m.Else():
            "secret"
        m.d.comb += self.done.eq(phase)
        return m
'''


def secret_unit() -> Unit:
    diagnostics = Diagnostics()
    unit = elaborate(
        parse_markdown(Path("sender.lct.md"), SECRET, diagnostics), LIBRARY, {}, diagnostics
    )
    assert not diagnostics.findings
    return unit


@pytest.mark.parametrize(
    ("text", "language", "top"), [(VERILOG, "verilog", "sender"), (AMARANTH, "amaranth", "Sender")]
)
def test_no_secret_word_is_in_the_request(text: str, language: str, top: str) -> None:
    said = asked(secret_unit(), Hdl(text, language, top))  # type: ignore[arg-type]
    assert "secret" not in said.lower()
    assert "phase" in said


def test_resets_are_asked_for_and_not_told() -> None:
    said = asked(secret_unit(), Hdl(VERILOG.replace("11", "7"), "verilog", "sender"))
    assert "| sum | register | unsigned(4) | ? |" in said
    assert "| phase | register | Phase | ? |" in said
    assert "| Phase | enum(REST, WORK) |" in said
    assert "11" not in said.partition("## The hardware")[2]


def test_the_conversation_is_fresh() -> None:
    request = decode_request(
        LIBRARY.unit("router"), Hdl("module router; endmodule", "verilog", "router")
    )
    assert [m["role"] for m in request.messages] == ["user"]
    assert request.purpose == "decode"
    assert request.unit == "router"
