"""Large memories are arrays: held against themselves in another style, and near misses found."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from amaranth.hdl import Module
from amaranth.lib.memory import Memory
from amaranth.lib.wiring import Component, In, Out
from bitwuzla import Kind

from spikewright.hdl.memories import ParameterMemory, PotentialMemory, SynapseMemory
from spikewright.lct.builder import Builder, Term
from spikewright.lct.compare.second import ask_z3, both
from spikewright.lct.front.design import Design
from spikewright.lct.front.load import Elaborator, load_component
from spikewright.lct.front.refusal import Refused
from spikewright.lct.front.terms import DesignTerms
from spikewright.lct.solver import Answer, Solver

Load = Callable[..., Design]


def differ(one: Design, other: Design) -> tuple[Builder, Term]:
    """That an output, or a register or memory after the clock's edge, is not the same."""
    assert (one.outputs, one.registers.keys()) == (other.outputs, other.registers.keys())
    assert one.memories.keys() == other.memories.keys()
    b = Builder()
    known = {n: b.unknown(n, one.width(n)) for n in (*one.inputs, *one.registers)}
    known |= {n: b.array(n, m.index, m.width) for n, m in one.memories.items()}
    first, second = (DesignTerms(d, b, f" {i}", known) for i, d in enumerate((one, other)))
    pairs = [(first.value(n), second.value(n)) for n in one.outputs]
    pairs += [(first.next(n), second.next(n)) for n in one.registers]
    pairs += [(first.next_memory(n), second.next_memory(n)) for n in one.memories]
    return b, b.any(b.negate(b.equal(x, y)) for x, y in pairs)


def ask(one: Design, other: Design) -> Answer:
    """``unsat`` where the designs are equal; what both solvers say."""
    b, term = differ(one, other)
    return both(Solver(b).ask(term), [term], 20)


LARGE = """module m(input clk, we, ve, re, input [3:0] e, input [9:0] wa, va, ra, input [31:0] d, f,
output reg [31:0] y, output [7:0] z);
reg [31:0] r [{0}];
"""
ONE = """always @(posedge clk) begin
  for (int i = 0; i < 4; i++) if (we & e[i]) r[wa][8*i +: 8] <= d[8*i +: 8];
  if (ve) r[va] <= f;
  if (re) y <= r[ra];
end
assign z = r[va][15:8];
endmodule"""
OTHER = """wire [31:0] mask = {{8{e[3]}}, {8{e[2]}}, {8{e[1]}}, {8{e[0]}}} & {32{we}};
wire [31:0] old = r[wa], now = r[ra], word = r[va] >> 8;
always @(posedge clk) y <= re ? now : y;
always @(posedge clk) begin
  if (!(ve && va == wa)) r[wa] <= old & ~mask | d & mask;
  if (ve) r[va] <= f;
end
assign z = word;
endmodule"""
MISSES = {
    "port priority": ("if (ve) r[va] <= f;", "if (ve && !(we && va == wa)) r[va] <= f;"),
    "enable bit": ("{8{e[1]}}", "{8{e[0]}}"),
    "address of a write": ("r[va] <= f", "r[va + 10'd1] <= f"),
    "address of a read": ("now = r[ra]", "now = r[ra ^ 10'd512]"),
    "word read in the cycle of its write": ("now = r[ra]", "now = ve && va == ra ? f : r[ra]"),
    "part of a word": ("r[va] >> 8", "r[va] >> 9"),
}


def test_two_styles(load: Load) -> None:
    head = LARGE.format("0:1023")
    one, other = load(head + ONE), load(head + OTHER)
    (found,) = one.memories.values()
    shape = (found.width, found.depth, found.offset, found.index, len(found.writes))
    assert shape == (32, 1024, 0, 10, 5)
    assert list(one.registers) == ["y"]
    assert ask(one, other) == "unsat"


@pytest.mark.parametrize("name", MISSES)
def test_near_misses(load: Load, name: str) -> None:
    head, (right, wrong) = LARGE.format("0:1023"), MISSES[name]
    assert OTHER.count(right) == 1
    assert ask(load(head + ONE), load(head + OTHER.replace(right, wrong))) == "sat"


def test_outside_is_undefined(load: Load) -> None:
    """A read outside is anything, a write there none."""
    whole = load(LARGE.format("100:999") + ONE)
    assert ask(whole, whole) == "sat"
    inside = ONE.replace("assign z = r[va]", "assign z = !held(va) ? 0 : r[va]").replace(
        "if (re)", "if (re && held(ra))"
    )
    function = "function held(input [9:0] a); held = a >= 100 && a <= 999; endfunction\n"
    guarded = function + inside
    one = load(LARGE.format("100:999") + guarded)
    other = guarded.replace("if (ve)", "if (ve && held(va))")
    assert ask(one, load(LARGE.format("100:999") + other)) == "unsat"
    late = guarded.replace("if (ve)", "if (ve && held(va) && va != 999)")
    assert ask(one, load(LARGE.format("100:999") + late)) == "sat"


def test_initial_words(load: Load) -> None:
    text = "initial begin r[1] = 5; r[1023] = 32'hx0000001; end\n"
    (found,) = load(LARGE.format("0:1023") + text + ONE).memories.values()
    assert len(found.init) == 1024
    assert (found.init[0], int(found.init[1], 2)) == ("x" * 32, 5)
    assert found.init[1023] == "xxxx" + format(1, "028b")


def test_two_processes_at_once_are_undefined(load: Load) -> None:
    text = "always @(posedge clk) if (we) r[wa] <= d;\nalways @(posedge clk) if (ve) r[va] <= f;\n"
    design = load(f"{LARGE.format('0:1023')}{text}assign y = 0, z = 0; endmodule")
    assert ask(design, design) == "sat"


def test_never_written(load: Load) -> None:
    """A table of constants needs no array."""
    text = "module m(input [10:0] a, output [7:0] y);\n"
    table = "reg [7:0] r [0:2047];\ninitial for (int i = 0; i < 2048; i++) r[i] = 3 * i + 1;\n"
    rom = load(f"{text}{table}assign y = r[a]; endmodule")
    assert (rom.memories, rom.registers) == ({}, {})
    for value, answer in ("1", "unsat"), ("(a != 2047)", "sat"):
        b, term = differ(rom, load(f"{text}assign y = 3 * a + {value}; endmodule"))
        assert Solver(b).ask(term) == answer


# ---- the project's own

BY_HAND = """module top(input clk, rst, read, write, input [7:0] read_neuron, write_neuron,
input [{bits}-1:0] data, output [{bits}-1:0] answer);
reg [{bits}-1:0] entries [0:255], \\read__data ;
assign answer = \\read__data ;
always @(posedge clk) begin
  if (write) entries[write_neuron] <= data;
  if (read) \\read__data <= entries[read_neuron];
end
initial begin for (int i = 0; i < 256; i++) entries[i] = 0; \\read__data = 0; end
endmodule"""


@pytest.mark.parametrize(
    ("component", "bits", "first"),
    [(SynapseMemory(), 256, 252), (ParameterMemory(), 145, 144), (PotentialMemory(), 20, 20)],
)
def test_own_memories(elaborator: Elaborator, component: Component, bits: int, first: int) -> None:
    design = load_component(component, elaborator=elaborator)
    assert design.outputs == {"answer": bits}
    (found,) = design.memories.values()
    assert (found.name, found.width, found.depth) == ("entries", first, 256)
    assert set(found.init) == {"0" * first}


def test_own_memory_by_hand(load: Load, elaborator: Elaborator) -> None:
    design = load_component(PotentialMemory(), elaborator=elaborator)
    text = BY_HAND.format(bits=20)
    assert ask(design, load(text)) == "unsat"
    through = "write && read_neuron == write_neuron ? data : entries[read_neuron]"
    wrong = text.replace("<= entries[read_neuron]", f"<= {through}")
    assert ask(design, load(wrong)) == "sat"


class Read(Component):
    """A memory whose read port shows what is written in the same cycle, or does not."""

    def __init__(self, *, through: bool) -> None:
        self.through = through
        ports = {"read": In(1), "write": In(1), "data": In(20), "answer": Out(20)}
        super().__init__({**ports, "read_neuron": In(8), "write_neuron": In(8)})

    def elaborate(self, _platform: object) -> Module:
        m = Module()
        m.submodules.entries = entries = Memory(shape=20, depth=256, init=[])
        write = entries.write_port()
        read = entries.read_port(transparent_for=[write] if self.through else [])
        m.d.comb += [read.en.eq(self.read), read.addr.eq(self.read_neuron)]
        m.d.comb += [write.en.eq(self.write), write.addr.eq(self.write_neuron)]
        m.d.comb += [write.data.eq(self.data), self.answer.eq(read.data)]
        return m


@pytest.mark.parametrize("through", [False, True])
def test_read_and_written_at_once(load: Load, elaborator: Elaborator, through: bool) -> None:
    design = load_component(Read(through=through), elaborator=elaborator)
    (register,) = design.registers
    old = BY_HAND.format(bits=20).replace("read__data", register)
    word = "write && read_neuron == write_neuron ? data : entries[read_neuron]"
    new = old.replace("<= entries[read_neuron]", f"<= {word}")
    assert [ask(design, load(t)) for t in (old, new)] == (
        ["sat", "unsat"] if through else ["unsat", "sat"]
    )


# ---- what is refused

REFUSED = {
    "m is written at one clock's edge": (
        "input clk, c2", "always @(posedge clk) m[a] <= d;\nalways @(posedge c2) m[a] <= ~d;",
    ),
    "all registers have one edge of one clock, not rise of c2 and rise of clk": (
        "input clk, c2, output reg q",
        "always @(posedge clk) m[a] <= d;\nalways @(posedge c2) q <= ~q;",
    ),
    "clk is a clock, not also data": (
        "input clk", "always @(posedge clk) m[a] <= {d[7:1], clk};",
    ),
}  # fmt: skip


def test_below_zero(load: Load) -> None:
    text = "module t(input clk, input [2:0] a, input [7:0] d, output [7:0] y);\n"
    text += "reg [7:0] m [-4:3]; always @(posedge clk) m[a] <= d;\nassign y = m[a]; endmodule"
    sentence = r"^f\.sv:2:11: words of memory m have addresses from 0 up, not from -4$"
    with pytest.raises(Refused, match=sentence):
        load(text)


@pytest.mark.parametrize("sentence", REFUSED)
def test_refused(load: Load, sentence: str) -> None:
    ports, text = REFUSED[sentence]
    with pytest.raises(Refused) as found:
        load(
            f"module t({ports}, input [9:0] a, input [7:0] d, output [7:0] y);\n"
            f"reg [7:0] m [0:1023];\n{text}\nassign y = m[a]; endmodule"
        )
    assert str(found.value).partition(": ")[2].removeprefix("memory ") == sentence


def test_second_solver_reads_arrays(load: Load) -> None:
    head = LARGE.format("0:1023")
    b, term = differ(load(head + ONE), load(head + OTHER.replace("{8{e[1]}}", "{8{e[0]}}")))
    values: dict[str, int] = {}
    assert ask_z3([term], 20, values) == "sat"
    inputs = {n for n in values if not n.startswith("undefined ")}
    assert inputs <= {"we", "ve", "re", "e", "wa", "va", "ra", "d", "f", "y"}
    pins = [b.equal(t, b.number(values[n], t.sort().bv_size())) for n, t in _inputs(term).items()]
    assert Solver(b).ask(term, *pins) == "sat"


def _inputs(term: Term) -> dict[str, Term]:
    found, todo, seen = dict[str, Term](), [term], set[int]()
    while todo:
        part = todo.pop()
        if part.id() not in seen:
            seen.add(part.id())
            todo += part.children()
            if part.kind() == Kind.CONSTANT and not part.sort().is_array():
                found[part.symbol()] = part
    return found
