"""The texts of a hand-over folder: its README, its constraints, and its FuseSoC description."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from spikewright.tools.export_bundle import Wanted

__all__ = ["BENCH", "constraints", "core_file", "file_list", "readme"]

BENCH = "mesh_bench"
"""The module of the test bench."""

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


def constraints() -> dict[str, str]:
    """Return a template for the clock in the form of each tool, by path."""
    values = {"period": _PERIOD_NS, "mhz": 1000 / _PERIOD_NS}
    templates = {"lpf": _LPF, "pcf": _PCF, "xdc": _XDC, "sdc": _SDC}
    return {f"constraints/mesh.{k}": text.format(**values) for k, text in templates.items()}


def file_list(sources: Sequence[str]) -> str:
    """Return the list of the design's files that most simulators read with ``-f``."""
    return "".join(f"{name}\n" for name in sources)


def core_file(sources: Sequence[str], version: str) -> str:
    """Return the FuseSoC description (CAPI2): targets ``default``, ``sim`` and ``lint``."""
    listed = "\n".join(f"      - {name}" for name in sources)
    return f"""\
CAPI=2:
name: spikewright:hardware:mesh:{version}
description: A mesh of event-driven neurosynaptic cores

filesets:
  rtl:
    files:
{listed}
    file_type: verilogSource
  bench:
    files:
      - tb/{BENCH}.v: {{file_type: verilogSource}}
      - tb/stimulus.hex: {{file_type: user, copyto: stimulus.hex}}
      - tb/expected.hex: {{file_type: user, copyto: expected.hex}}
  waivers:
    files:
      - lint/waive.vlt: {{file_type: vlt}}

targets:
  default: &default
    filesets: [rtl]
    toplevel: mesh
  sim:
    <<: *default
    description: Play the recorded vectors; fails where an output bit differs
    default_tool: icarus
    filesets: [rtl, bench]
    toplevel: {BENCH}
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
    a = wanted.architecture
    sides = ", ".join(wanted.attached) or "none"
    ports = "\n".join(f"| `{name}` | {what} |" for name, what in _PORTS)
    listed = "\n".join(f"    {name}" for name in files)
    return f"""\
# Spikewright: a mesh of {a.width} x {a.height} neurosynaptic cores

{a.axons} axons and {a.neurons} neurons a core; streams of packets at the sides: {sides}. The top
module is `mesh`; it places the module `tile`, a core with its router. One clock, one synchronous
reset, high for at least one cycle. Every register has a reset but the memories and their answers.

## Try it

With Icarus Verilog alone, in the folder `tb`:

    iverilog -g2012 -s {BENCH} -o bench.vvp ../rtl/*.v {BENCH}.v && vvp -n bench.vvp

The bench resets and programs the chip, runs {facts["ticks"]} ticks of a random network with
packets from outside, and compares every output bit in each of {facts["rows"]} clock cycles. It
prints PASS or FAIL, writes the same to `result.txt`, and ends with `$fatal` where anything differs.
The vectors were recorded from this Verilog, and held against the golden model:
{facts["compared"]} potentials, spikes, packets and counters.

With FuseSoC (and Icarus, and Verilator 5):

    fusesoc --cores-root . run --target=sim spikewright:hardware:mesh
    fusesoc --cores-root . run --target=lint spikewright:hardware:mesh

## Ports of `mesh`

| port | meaning |
|---|---|
{ports}

## Programming

Memories hold nothing defined until they are written: write every axon's type, and every neuron's
synapses, parameters and potential, before the first tick. A reset empties the scheduler, sets the
generator of random numbers to its default seed, and keeps the other memories.

## Files

{listed}

`manifest.json` holds the architecture and the SHA-256 of every file.
"""


_PORTS = (
    ("clk, rst", "clock, and reset in step with it"),
    ("config__enable, _core, _space, _address, _data", "one configuration write a cycle"),
    ("start, slot", "begin the tick whose number modulo the delay slots is `slot`"),
    ("busy", "some core runs its tick"),
    ("quiescent", "no core runs, and no packet is under way"),
    ("unsettled", "a tick was started while a packet was under way"),
    ("SIDE_in_P, SIDE_out_P", "packets: valid, ready, payload = dx, dy, slot, axon from bit 0 up"),
    ("trace_C", "each neuron of core C when its new potential is stored"),
    ("late_C, overrun_C, refused_C", "error counters of core C; they stay at 65535"),
    ("off_mesh_SIDE_P", "packets dropped at a side without streams"),
)
