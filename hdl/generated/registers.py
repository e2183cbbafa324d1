"""Generated from registers.lct.md: do not edit, change the table.

Written by: spikewright generate registers
"""

from amaranth.lib import data

__all__ = [
    "cfg_address_at",
    "cfg_address_unknown",
    "cfg_command_at",
    "cfg_command_unknown",
    "cfg_core_at",
    "cfg_core_unknown",
    "cfg_data_at",
    "cfg_data_unknown",
    "cfg_space_at",
    "cfg_space_unknown",
    "cfg_status_at",
    "cfg_status_layout",
    "control_at",
    "control_layout",
    "control_unknown",
    "core_at",
    "core_layout",
    "errors_at",
    "errors_layout",
    "errors_unknown",
    "id_at",
    "id_value",
    "irq_enable_at",
    "irq_enable_layout",
    "irq_enable_unknown",
    "late_at",
    "malformed_at",
    "off_mesh_at",
    "overrun_at",
    "period_at",
    "period_unknown",
    "refused_at",
    "size_at",
    "size_layout",
    "spikes_in_at",
    "spikes_out_at",
    "status_at",
    "status_layout",
    "tick_at",
    "version_at",
    "version_layout",
    "version_value",
]


def id_at() -> int:
    """The letters SPWK."""
    return 4 * 0


def id_value() -> int:
    """Its value."""
    return 0 + 0x5350574B


def version_at() -> int:
    """Version of this register map."""
    return 4 * 1


def version_value() -> int:
    """Its value."""
    return 0 + 0x10000


def size_at() -> int:
    """Cores of the mesh."""
    return 4 * 2


def core_at() -> int:
    """Size of a core."""
    return 4 * 3


def control_at() -> int:
    """Ticks."""
    return 4 * 4


def control_unknown() -> int:
    """Bits that it has not."""
    return 0xFFFFFFFF - 0xF


def period_at() -> int:
    """Cycles from the start of a paced tick to that of the next."""
    return 4 * 5


def period_unknown() -> int:
    """Bits that it has not."""
    return 0xFFFFFFFF - 0xFFFFFFFF


def status_at() -> int:
    """State of the chip."""
    return 4 * 6


def tick_at() -> int:
    """Ticks that were started since reset, modulo 2^32."""
    return 4 * 7


def errors_at() -> int:
    """What has happened; each bit stays until a 1 is written to it."""
    return 4 * 8


def errors_unknown() -> int:
    """Bits that it has not."""
    return 0xFFFFFFFF - 0x8000007F


def irq_enable_at() -> int:
    """Bits of ERRORS that raise the interrupt."""
    return 4 * 9


def irq_enable_unknown() -> int:
    """Bits that it has not."""
    return 0xFFFFFFFF - 0x8000007F


def late_at() -> int:
    """Spikes that came too late, over all cores."""
    return 4 * 10


def off_mesh_at() -> int:
    """Packets dropped at the edge of the mesh."""
    return 4 * 11


def overrun_at() -> int:
    """Paced ticks that could not start in time."""
    return 4 * 12


def refused_at() -> int:
    """Commands that were refused."""
    return 4 * 13


def malformed_at() -> int:
    """Malformed beats at the links."""
    return 4 * 14


def spikes_in_at() -> int:
    """Beats that came in over the links, malformed ones too."""
    return 4 * 15


def spikes_out_at() -> int:
    """Packets that left over the links."""
    return 4 * 16


def cfg_core_at() -> int:
    """Core of the next command."""
    return 4 * 32


def cfg_core_unknown() -> int:
    """Bits that it has not."""
    return 0xFFFFFFFF - 0xFFFF


def cfg_space_at() -> int:
    """What of a core the next command means."""
    return 4 * 33


def cfg_space_unknown() -> int:
    """Bits that it has not."""
    return 0xFFFFFFFF - 0x7


def cfg_address_at() -> int:
    """Where in the space."""
    return 4 * 34


def cfg_address_unknown() -> int:
    """Bits that it has not."""
    return 0xFFFFFFFF - 0xFFFF


def cfg_command_at() -> int:
    """Runs a command."""
    return 4 * 35


def cfg_command_unknown() -> int:
    """Bits that it has not."""
    return 0xFFFFFFFF - 0x3


def cfg_status_at() -> int:
    """The last command."""
    return 4 * 36


def cfg_data_at() -> int:
    """Data of a command, low word first."""
    return 4 * 64


def cfg_data_unknown() -> int:
    """Bits that it has not."""
    return 0xFFFFFFFF - 0xFFFFFFFF


def version_layout() -> data.StructLayout:
    """The register VERSION."""
    return data.StructLayout({"minor": 16, "major": 16})


def size_layout() -> data.StructLayout:
    """The register SIZE."""
    return data.StructLayout({"width": 16, "height": 16})


def core_layout() -> data.StructLayout:
    """The register CORE."""
    return data.StructLayout({"axons": 16, "neurons": 16})


def control_layout() -> data.StructLayout:
    """The register CONTROL."""
    return data.StructLayout({"run": 1, "paced": 1, "step": 1, "clear": 1, "gap_4": 28})


def status_layout() -> data.StructLayout:
    """The register STATUS."""
    return data.StructLayout(
        {
            "busy": 1,
            "quiescent": 1,
            "ready": 1,
            "command": 1,
            "counted": 1,
            "interrupt": 1,
            "gap_6": 26,
        }
    )


def errors_layout() -> data.StructLayout:
    """The register ERRORS."""
    return data.StructLayout(
        {
            "late": 1,
            "off_mesh": 1,
            "overrun": 1,
            "refused": 1,
            "malformed": 1,
            "unsettled": 1,
            "access": 1,
            "gap_7": 24,
            "done": 1,
        }
    )


def irq_enable_layout() -> data.StructLayout:
    """The register IRQ_ENABLE."""
    return data.StructLayout(
        {
            "late": 1,
            "off_mesh": 1,
            "overrun": 1,
            "refused": 1,
            "malformed": 1,
            "unsettled": 1,
            "access": 1,
            "gap_7": 24,
            "done": 1,
        }
    )


def cfg_status_layout() -> data.StructLayout:
    """The register CFG_STATUS."""
    return data.StructLayout({"busy": 1, "refused": 1, "gap_2": 6, "words": 8, "gap_16": 16})
