"""Faults in the chip's AXI ports, registers, commands and time, and in what they read back."""

from __future__ import annotations

from .fault_edits import Cell, Edit, Fault, Phrase

__all__ = ["AXI_FAULTS"]


def _fault(name: str, meaning: str, *edits: Edit) -> Fault:
    return Fault(name=name, meaning=meaning, edits=edits, block="axi")


AXI_FAULTS = (
    _fault(
        "last-counter-forgotten",
        "the last counter is left out of the sums",
        Cell("counter_scan", "last", "late_sum", "late_next", "late_part"),
        Cell("counter_scan", "last", "off_mesh_sum", "off_mesh_next", "off_mesh_part"),
    ),
    _fault(
        "counters-swapped",
        "a read of the spikes that left shows those that came in",
        Cell("register_read", "spikes_out", "data", "spikes_out", "spikes_in"),
    ),
    _fault(
        "data-before-address-lost",
        "write data that comes before its address is taken and lost",
        Cell("axi_write", "take", "held_data", "w.payload", "hold"),
    ),
    _fault(
        "answer-withdrawn",
        "a read's answer is withdrawn while the master does not take it",
        Cell("axi_read", "wait", "answered", "1", "0"),
    ),
    _fault(
        "part-written",
        "a write with a strobe missing is carried out",
        Cell(
            "register_write", "whole", "expression", "ask and strobes == 15", "ask and strobes != 0"
        ),
    ),
    _fault(
        "unaligned-data",
        "an unaligned address is a data word",
        Cell("register_write", "to_data", "expression", " and at[0:2] == 0", ""),
    ),
    _fault(
        "command-while-running",
        "a command is carried out while ticks run",
        Cell("configurator", "legal", "expression", "idle and ", "(idle or command) and "),
    ),
    _fault(
        "core-wraps",
        "a core that is none is taken for another one",
        Cell("configurator", "legal", "expression", "core < cores and ", "core <= cores and "),
    ),
    _fault(
        "excess-dropped",
        "bits beyond an entry's width are dropped in silence",
        Cell("configurator", "legal", "expression", "not beyond", "not (beyond and reading)"),
    ),
    _fault(
        "last-word-not-read",
        "the last data word keeps what it had",
        Cell("configurator", "last", "expression", "at + 1 >= words", "at + 2 >= words"),
    ),
    _fault(
        "refusal-not-told",
        "a command that the core refused is answered OKAY",
        Cell("configurator", "denied", "wrong", "1", "hold"),
    ),
    _fault(
        "period-one-longer",
        "a paced tick comes a cycle late",
        Cell("tick_pacer", "begin", "left", "period - 1 if", "period if"),
    ),
    _fault(
        "overrun-not-told",
        "a tick that cannot start in time leaves no trace",
        Cell("tick_pacer", "missed", "expression", "not begin", "not (over or begin)"),
    ),
    _fault(
        "flag-set-and-cleared",
        "a flag is cleared although no 1 is written to it",
        Cell("error_flags", "always", "flags", "(write and written.refused)", "write"),
    ),
    _fault(
        "counter-left-out",
        "the late spikes of the last core are not summed",
        Phrase("hdl/chip.py", "scan.index == count - 1", "scan.index == count - 2"),
    ),
    _fault(
        "potential-of-neighbour",
        "what is read is the entry of the neuron beside it",
        Cell(
            "configuration",
            "outside",
            "row_read_neuron",
            "trunc(address, NEURON_BITS)",
            "trunc(address ^ 1, NEURON_BITS)",
        ),
    ),
)
