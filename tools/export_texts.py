"""The texts of a hand-over folder: its README, its constraints, and its FuseSoC description."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from spikewright.tools.export_bundle import Wanted

__all__ = ["MEMORY", "bench_of", "constraints", "core_file", "file_list", "readme"]

MEMORY = "memory"
"""Folder of the memory files, beside the bench."""

_PERIOD_NS = 20.0

_LPF = """\
# Lattice ECP5 (nextpnr, Diamond). A template: set the frequency that you need, and your pins.
FREQUENCY PORT "clk" {mhz:g} MHz;
# LOCATE COMP "clk" SITE "P3";
# IOBUF PORT "clk" IO_TYPE=LVCMOS33;
"""
_PCF = """\
# Lattice iCE40 (nextpnr). A template: set the frequency that you need, and your pins.
set_frequency clk {mhz:g}
# set_io clk 35
"""
_XDC = """\
# Xilinx (Vivado). A template: set the period in nanoseconds that you need, and your pins.
create_clock -name clk -period {period:g} [get_ports clk]
# set_property -dict {{PACKAGE_PIN E3 IOSTANDARD LVCMOS33}} [get_ports clk]
"""
_SDC = """\
# Synopsys design constraints (OpenROAD, Quartus and others). A template: set period and delays.
create_clock -name clk -period {period:g} [get_ports clk]
# set_input_delay -clock clk 2 [remove_from_collection [all_inputs] [get_ports clk]]
# set_output_delay -clock clk 2 [all_outputs]
"""


def bench_of(top: str) -> str:
    """Return the name of the module of the test bench."""
    return f"{top}_bench"


def constraints(top: str) -> dict[str, str]:
    """Return a template for the clock in the form of each tool, by path."""
    values = {"period": _PERIOD_NS, "mhz": 1000 / _PERIOD_NS}
    templates = {"lpf": _LPF, "pcf": _PCF, "xdc": _XDC, "sdc": _SDC}
    return {f"constraints/{top}.{k}": text.format(**values) for k, text in templates.items()}


def file_list(sources: Sequence[str]) -> str:
    """Return the list of the design's files that most simulators read with ``-f``."""
    return "".join(f"{name}\n" for name in sources)


def core_file(top: str, sources: Sequence[str], memories: Sequence[str], version: str) -> str:
    """Return the FuseSoC description (CAPI2): targets ``default``, ``sim`` and ``lint``.

    Parameters
    ----------
    top : str
        The module.
    sources : sequence of str
        Its Verilog.
    memories : sequence of str
        What the bench reads from `MEMORY`, as seen from the bench.
    version : str
    """
    listed = "\n".join(f"      - {name}" for name in sources)
    held = "".join(f"\n      - tb/{n}: {{file_type: user, copyto: {n}}}" for n in memories)
    bench = bench_of(top)
    return f"""\
CAPI=2:
name: spikewright:hardware:{top}:{version}
description: {_TITLES[top]}

filesets:
  rtl:
    files:
{listed}
    file_type: verilogSource
  bench:
    files:
      - tb/{bench}.v: {{file_type: verilogSource}}
      - tb/stimulus.hex: {{file_type: user, copyto: stimulus.hex}}
      - tb/expected.hex: {{file_type: user, copyto: expected.hex}}{held}
  waivers:
    files:
      - lint/waive.vlt: {{file_type: vlt}}

targets:
  default: &default
    filesets: [rtl]
    toplevel: {top}
  sim:
    <<: *default
    description: Play the recorded vectors; fails where an output bit differs
    default_tool: icarus
    filesets: [rtl, bench]
    toplevel: {bench}
    tools:
      icarus:
        iverilog_options: [-g2012]
  lint:
    <<: *default
    description: Verilator's warnings, all of them but what waive.vlt gives a reason for
    default_tool: verilator
    filesets: [waivers, rtl]
    tools:
      verilator:
        mode: lint-only
        verilator_options: [-Wall]
"""


def readme(wanted: Wanted, facts: dict[str, Any], files: Sequence[str]) -> str:
    """Return the page that a reader of the folder begins with."""
    a, top, bench = wanted.architecture, wanted.top, bench_of(wanted.top)
    sides = ", ".join(wanted.attached) or "none"
    ports = "\n".join(f"| `{name}` | {what} |" for name, what in _PORTS[top])
    listed = "\n".join(f"    {name}" for name in files)
    network = "a random network" if wanted.network is None else "the given network"
    return f"""\
# Spikewright: a {top} of {a.width} x {a.height} neurosynaptic cores

{a.axons} axons and {a.neurons} neurons a core; streams of packets at the sides: {sides}. The top
module is `{top}`; it places the module `tile`, a core with its router. One clock, one synchronous
reset, high for at least one cycle. Every register has a reset but the memories and their answers.

## Try it

With Icarus Verilog alone, in the folder `tb`:

    iverilog -g2012 -s {bench} -o bench.vvp ../rtl/*.v {bench}.v && vvp -n bench.vvp

The bench resets and programs the chip, runs {facts["ticks"]} ticks of {network} with
packets from outside, and compares every output bit in each of {facts["rows"]} clock cycles. It
prints PASS or FAIL, writes the same to `result.txt`, and ends with `$fatal` where anything differs.
The vectors were recorded from this Verilog, and held against the golden model:
{facts["compared"]} {_COMPARED[top]}.

With FuseSoC (and Icarus, and Verilator 5):

    fusesoc --cores-root . run --target=sim spikewright:hardware:{top}
    fusesoc --cores-root . run --target=lint spikewright:hardware:{top}

## Ports of `{top}`

| port | meaning |
|---|---|
{ports}

## Programming

{_PROGRAMMING[top]}{_IN_MEMORIES if wanted.in_memories else ""}
## Files

{listed}

`manifest.json` holds the architecture and the SHA-256 of every file.
"""


_TITLES = {
    "chip": "Neurosynaptic cores behind AXI4-Lite and AXI4-Stream",
    "mesh": "A mesh of neurosynaptic cores",
}
_COMPARED = {
    "chip": "configuration words, potentials, random states, packets and counters",
    "mesh": "potentials, spikes, packets and counters",
}
_PORTS = {
    "chip": (
        ("clk, rst", "clock, and reset in step with it"),
        ("s_axi_*", "AXI4-Lite, 12 address bits, 32 data bits: `registers/registers.md`"),
        ("s_axis_SIDE_*, m_axis_SIDE_*", "AXI4-Stream of packets, a packet a beat"),
        ("irq", "a flag of ERRORS is set that IRQ_ENABLE enables"),
        ("halt", "no tick starts while it is high: tie to 0 where there is one chip"),
        ("due", "a tick starts as soon as `halt` is low"),
        ("quiescent", "no core runs, and no packet is under way"),
    ),
    "mesh": (
        ("clk, rst", "clock, and reset in step with it"),
        ("config__enable, _core, _space, _address, _data", "one configuration write a cycle"),
        ("start, slot", "begin the tick whose number modulo the delay slots is `slot`"),
        ("busy", "some core runs its tick"),
        ("quiescent", "no core runs, and no packet is under way"),
        ("unsettled", "a tick was started while a packet was under way"),
        ("SIDE_in_P, SIDE_out_P", "packets: valid, ready, payload = dx, dy, slot, axon, bit 0 up"),
        ("trace_C", "each neuron of core C when its new potential is stored"),
        ("late_C, overrun_C, refused_C", "error counters of core C; they stay at 65535"),
        ("off_mesh_SIDE_P", "packets dropped at a side without streams"),
    ),
}
_MEMORIES = """\
Memories hold nothing defined until they are written: write every axon's type, and every neuron's
synapses, parameters and potential, before the first tick. A reset empties the scheduler, sets the
generator of random numbers to its default seed, and keeps the other memories.
"""
_PROGRAMMING = {
    "mesh": _MEMORIES,
    "chip": f"""\
{_MEMORIES}
A command of the registers CFG_... writes one entry or reads it back. `registers` has the register
map as a page, a C header, Python constants and SystemRDL; `ipxact/chip.xml` has it with the ports
and buses as an IP-XACT component (IEEE 1685-2014).

A beat has the packet in bits 31..0 of TDATA (dx, dy, slot, axon from the lowest bit up, then zeros)
and the port along the side in bits 47..32; TKEEP is all ones. TLAST is 1 in every beat that comes
out, and ignored in those that go in.

`tb/memory` has what the memories of each core hold for the network, a file a memory, as `$readmemh`
takes them, and `load_image.vh` with the statements that read them into a simulation.
""",
}
_IN_MEMORIES = """\
The bench reads them at the end of its reset, and writes nothing but the seeds.
"""
