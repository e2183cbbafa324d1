"""What the HDL leaves undefined is equal to nothing, whatever a tool would make of it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from spikewright.lct.front.design import Design
from spikewright.lct.front.load import Elaborator, load_verilog
from spikewright.lct.front.terms import DesignTerms

Load = Callable[..., Design]
Same = Callable[[Design, Design], bool]

HEAD = "module m(input [1:0] a, b, input [2:0] i, output logic y);\n"
UNDEFINED = {
    "an output that nothing drives": "",
    "a path of an output that nothing drives": "logic w; assign y = a[0] ? b[0] : w;",
    "a wire against itself": "logic w; assign y = w ^ w;",
    "part of a wire": "logic [1:0] w; assign w[0] = a[0]; assign y = w[1] & b[0];",
    "x in a default": "always_comb case (a) 0: y = 0; 1: y = 1; default: y = 'x; endcase",
    "x first, then a case": "always_comb begin y = 1'bx; case (a) 0: y = 0; 1: y = 1; endcase end",
    "x chosen": "assign y = a[0] ? b[0] : 1'bx;",
    "x in a sum": "logic [1:0] s; assign s = {1'b0, a[0]} + 2'bx0; assign y = s[1];",
    "x against itself": "logic t; assign t = 1'bx; assign y = t ^ t;",
    "x compared": "assign y = a == 2'bx1;",
    "x compared as it is": "assign y = a === 2'bx1;",
    "a parallel case": "always_comb begin y = 0; unique case (1'b1) a[0]: y = 1; a[1]: y = 0; "
    "default: ; endcase end",
    "a parallel case, two in a branch": "always_comb begin y = 0; unique case (1'b1) a[0], b[0]: "
    "y = 1; default: ; endcase end",
    "a parallel case, covered": "always_comb unique0 case (1'b1) a[0]: y = 1; a[0] & a[1]: "
    "y = 0; default: y = 0; endcase",
    "a parallel case, incomplete": "always_comb begin y = 0; unique case (a) 0: y = 1; "
    "1: y = 0; 2: y = 1; endcase end",
    "a parallel casez": "always_comb begin y = 0; unique casez (a) 2'b1?: y = 1; 2'b?1: y = 0; "
    "default: ; endcase end",
    "priority case, incomplete": "always_comb begin y = 0; priority case (a) 0: y = 1; 1: y = 0; "
    "endcase end",
    "a division": "logic [1:0] q; assign q = a / b; assign y = q[0];",
    "a remainder": "logic [1:0] q; assign q = a % b; assign y = q[0];",
    "an index": "logic [4:0] v; assign v = {a, b, 1'b0}; assign y = v[i];",
    "a part": "logic [4:0] v; logic [1:0] p; assign v = {a, b, 1'b0}; assign p = v[i +: 2]; "
    "assign y = p[1];",
    "an element": "logic [1:0] v [0:4]; always_comb for (int k = 0; k < 5; k++) "
    "v[k] = a ^ k;\nassign y = v[i][0];",
    "a memory": "logic [1:0] v [0:3]; initial v[1] = 2; assign y = v[a][1];",
    "a memory with a word too few": "logic v [0:2]; initial begin v[0] = 0; v[1] = 1; v[2] = 0; "
    "end assign y = v[a];",
}
# What a tool may make of them: nothing, all, what the other branch has, what is easy.
CHOICES = [
    "0", "1", "a[0]", "b[0]", "a == 1", "a == 1 || a == 3", "a[0] & ~a[1]", "a[1] & b[0]",
    "b == 0 ? 0 : (a / b) & 1", "b == 0 ? 1 : (a / b) & 1",
    "b == 0 ? 0 : (a % b) & 1", "b == 0 ? a[0] : (a % b) & 1",
    "i > 4 ? 0 : ({a, b, 1'b0} >> i) & 1", "({a, b, 1'b0} >> i >> 1) & 1", "a[0] ^ i[0]",
    "i > 4 ? 0 : a[0] ^ i[0]",
]  # fmt: skip


@pytest.fixture(scope="module")
def choices(elaborator: Elaborator) -> list[Design]:
    texts = [f"{HEAD}assign y = {c};\nendmodule" for c in CHOICES]
    return [load_verilog({"f.sv": t}, elaborator=elaborator) for t in texts]


@pytest.mark.parametrize("name", UNDEFINED)
def test_equal_to_nothing(load: Load, same: Same, choices: list[Design], name: str) -> None:
    design = load(f"{HEAD}{UNDEFINED[name]}\nendmodule")
    assert not any(same(design, choice) for choice in choices)
    assert not same(design, design)


GUARDED = {
    "a division": "b == 0 ? 0 : (a / b) & 1",
    "a remainder": "b == 0 ? a[0] : (a % b) & 1",
    "an index": "i > 4 ? 0 : ({a, b, 1'b0} >> i) & 1",
}


@pytest.mark.parametrize("name", GUARDED)
def test_what_is_never_read_does_no_harm(load: Load, same: Same, name: str) -> None:
    """The comparison is not one that always says no."""
    safe = {
        "a division": "logic [1:0] q; assign q = a / b; assign y = b != 0 && q[0];",
        "a remainder": "logic [1:0] q; assign q = a % b; assign y = b == 0 ? a[0] : q[0];",
        "an index": "logic [4:0] v; assign v = {a, b, 1'b0}; assign y = i < 5 ? v[i] : 1'b0;",
    }
    guarded = load(f"{HEAD}{safe[name]}\nendmodule")
    assert same(guarded, load(f"{HEAD}assign y = {GUARDED[name]};\nendmodule"))


KEPT = {
    "unique case (a) 0: y = 1; 1: y = 0; 2: y = 1; 3: y = 0; endcase": "~a[0]",
    "unique case (a) 0: y = 1; 2: y = 1; default: y = 0; endcase": "~a[0]",
    "unique casez (a) 2'b?0: y = 1; 2'b?1: y = 0; endcase": "~a[0]",
    "begin y = a[1]; unique case (1'b1) a == 0, a == 2: y = 1; a[0]: y = 0; endcase end": "~a[0]",
    "unique case (1'b1) a[0] ? a[1] : 1'b0: if (b) y = 1; else y = 0; default: y = a[0]; endcase":
        "a == 3 ? b != 0 : a[0]",
    "unique0 case (1) a[0]: case (b) 0: y = 1; default: y = 0; endcase default: y = 1; endcase":
        "~a[0] || b == 0",
    "priority case (a) 0: y = 1; 0: y = 0; 2: y = 1; default: y = 0; endcase": "~a[0]",
}  # fmt: skip


@pytest.mark.parametrize("text", KEPT)
def test_promise_that_is_kept(load: Load, same: Same, text: str) -> None:
    design = load(f"{HEAD}always_comb\n{text}\nendmodule")
    assert same(design, load(f"{HEAD}assign y = {KEPT[text]};\nendmodule"))


@pytest.mark.parametrize("name", ["a parallel case", "a division", "an index", "a memory"])
def test_planted_fault(load: Load, same: Same, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """Were the unknowns zeros, as an optimiser would choose, each would be equal to something."""
    monkeypatch.setattr(
        DesignTerms, "_fresh", lambda self, _name, width: self.builder.number(0, width)
    )
    design = load(f"{HEAD}{UNDEFINED[name]}\nendmodule")
    assert same(design, design)


def test_planted_promise(
    load: Load, same: Same, choices: list[Design], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without the change of the text, a broken promise would be equal to something."""
    monkeypatch.setattr("spikewright.lct.front.load.CHECKS", ("text",))
    design = load(f"{HEAD}{UNDEFINED['a parallel case']}\nendmodule")
    assert any(same(design, choice) for choice in choices)
