"""What `spikewright synth` implements designs on: two families of FPGA, and LUTs in general."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["DEVICES", "TARGETS", "Device", "Target"]


@dataclass(frozen=True)
class Device:
    """A size of ECP5.

    Members
    -------
    name : str
    cells, block_rams : int
        Logic cells (a LUT of four inputs and a flip-flop) and block RAMs of 18 kbit.
    """

    name: str
    cells: int
    block_rams: int


DEVICES = {
    device.name: device
    for device in (Device("25k", 24288, 56), Device("45k", 43848, 108), Device("85k", 83640, 208))
}
"""Sizes of ECP5 by name."""


@dataclass(frozen=True, kw_only=True)
class Target:
    """A family of devices, or LUTs in general.

    Members
    -------
    name : str
    device : str
        What is placed and routed; empty where nothing is.
    megahertz : float
        What the tools aim for.
    before, after : tuple of str
        Commands of yosys up to the mapping of memories, and from there on, with {top}.
    units : tuple of str
        Commands in place of all these that keep the units apart.
    luts, flip_flops, distributed, block_rams, multipliers : tuple of str
        Beginnings of the names of such cells.
    room : tuple
        Members of `Area`, each with what the device has of it.
    options : tuple of str
        For nextpnr.
    cells : str
        What nextpnr counts logic in.
    """

    name: str
    device: str = ""
    megahertz: float = 0
    before: tuple[str, ...]
    after: tuple[str, ...]
    units: tuple[str, ...]
    luts: tuple[str, ...]
    flip_flops: tuple[str, ...]
    distributed: tuple[str, ...] = ()
    block_rams: tuple[str, ...]
    multipliers: tuple[str, ...] = ()
    room: tuple[tuple[str, int], ...] = ()
    options: tuple[str, ...] = ()
    cells: str = ""


_GENERIC = ("opt -fast -full", "opt -undriven -fine", "techmap", "opt -fast", "abc -lut 4")

TARGETS = {
    target.name: target
    for target in (
        Target(
            name="ecp5",
            device="LFE5U-85",
            megahertz=100,
            before=("synth_ecp5 -top {top} -run :map_ram",),
            after=("synth_ecp5 -top {top} -run map_ram:",),
            units=("synth_ecp5 -noflatten -top {top}",),
            luts=("LUT4",),
            flip_flops=("TRELLIS_FF",),
            distributed=("TRELLIS_DPR16X4",),
            block_rams=("DP16KD", "PDPW16KD"),
            multipliers=("MULT18X18D",),
            room=(
                ("luts", DEVICES["85k"].cells),
                ("flip_flops", DEVICES["85k"].cells),
                ("block_rams", DEVICES["85k"].block_rams),
                ("multipliers", 156),
            ),
            options=("--85k", "--out-of-context"),
            cells="TRELLIS_COMB",
        ),
        Target(
            name="ice40",
            device="HX8K",
            megahertz=60,
            before=("synth_ice40 -top {top} -run :map_ram",),
            after=("synth_ice40 -top {top} -run map_ram:",),
            units=("synth_ice40 -noflatten -top {top}",),
            luts=("SB_LUT4",),
            flip_flops=("SB_DFF",),
            block_rams=("SB_RAM40_4K",),
            room=(("luts", 7_680), ("flip_flops", 7_680), ("block_rams", 32)),
            options=("--hx8k", "--package", "ct256"),
            cells="ICESTORM_LC",
        ),
        Target(
            name="generic",
            before=("synth -flatten -top {top} -run begin:fine",),
            after=(*_GENERIC, "opt -fast"),
            units=("synth -top {top} -run begin:fine", *_GENERIC, "opt -fast"),
            luts=("$lut",),
            flip_flops=("$_DFF", "$_SDFF", "$_ALDFF"),
            block_rams=("$mem",),
        ),
    )
}
"""All targets by name."""
