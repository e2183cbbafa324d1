"""Generated from registers.rdl: do not edit, change the description.

Written by: spikewright generate
Description: 01ace2243ecf46e750b6803160bf8824e7fcb36ad7019f31a06e4ac105ddff99
"""

from enum import IntEnum
from typing import NamedTuple

__all__ = [
    "BYTES",
    "CFG_ADDRESS_ADDRESS",
    "CFG_COMMAND_COMMAND",
    "CFG_CORE_CORE",
    "CFG_DATA_DATA",
    "CFG_SPACE_SPACE",
    "CFG_STATUS_BUSY",
    "CFG_STATUS_REFUSED",
    "CFG_STATUS_WORDS",
    "CONTROL_CLEAR",
    "CONTROL_PACED",
    "CONTROL_RUN",
    "CONTROL_STEP",
    "CORE_AXONS",
    "CORE_NEURONS",
    "ERRORS_ACCESS",
    "ERRORS_DONE",
    "ERRORS_LATE",
    "ERRORS_MALFORMED",
    "ERRORS_OFF_MESH",
    "ERRORS_OVERRUN",
    "ERRORS_REFUSED",
    "ERRORS_UNSETTLED",
    "ID_ID",
    "IRQ_ENABLE_ACCESS",
    "IRQ_ENABLE_DONE",
    "IRQ_ENABLE_LATE",
    "IRQ_ENABLE_MALFORMED",
    "IRQ_ENABLE_OFF_MESH",
    "IRQ_ENABLE_OVERRUN",
    "IRQ_ENABLE_REFUSED",
    "IRQ_ENABLE_UNSETTLED",
    "LATE_COUNT",
    "MALFORMED_COUNT",
    "OFF_MESH_COUNT",
    "OVERRUN_COUNT",
    "PERIOD_PERIOD",
    "REFUSED_COUNT",
    "SIZE_HEIGHT",
    "SIZE_WIDTH",
    "SPIKES_IN_COUNT",
    "SPIKES_OUT_COUNT",
    "STATUS_BUSY",
    "STATUS_COMMAND",
    "STATUS_COUNTED",
    "STATUS_INTERRUPT",
    "STATUS_QUIESCENT",
    "STATUS_READY",
    "TICK_TICKS",
    "VERSION_MAJOR",
    "VERSION_MINOR",
    "Command",
    "Field",
    "Register",
    "Space",
]


class Field(NamedTuple):
    """Bits of a register; `reset` is their value after reset, or their only one."""

    low: int
    width: int
    reset: int = 0

    @property
    def mask(self) -> int:
        """The bits in place."""
        return ((1 << self.width) - 1) << self.low

    def of(self, word: int) -> int:
        """The field's value in a register's word."""
        return (word & self.mask) >> self.low

    def word(self, value: int) -> int:
        """A register's word in which only this field is set."""
        return (value << self.low) & self.mask


class Register(IntEnum):
    """Byte offsets; of an array, that of its first word."""

    ID = 0x000
    VERSION = 0x004
    SIZE = 0x008
    CORE = 0x00C
    CONTROL = 0x010
    PERIOD = 0x014
    STATUS = 0x018
    TICK = 0x01C
    ERRORS = 0x020
    IRQ_ENABLE = 0x024
    LATE = 0x028
    OFF_MESH = 0x02C
    OVERRUN = 0x030
    REFUSED = 0x034
    MALFORMED = 0x038
    SPIKES_IN = 0x03C
    SPIKES_OUT = 0x040
    CFG_CORE = 0x080
    CFG_SPACE = 0x084
    CFG_ADDRESS = 0x088
    CFG_COMMAND = 0x08C
    CFG_STATUS = 0x090
    CFG_DATA = 0x100


class Space(IntEnum):
    """Values of the field `space`."""

    AXON_TYPES = 0
    SYNAPSES = 1
    PARAMETERS = 2
    POTENTIAL = 3
    SEED = 4


class Command(IntEnum):
    """Values of the field `command`."""

    WRITE = 1
    READ = 2


BYTES = 0x300
"""Bytes of the whole map."""

ID_ID = Field(0, 32, 0x5350574B)
VERSION_MINOR = Field(0, 16, 0x0)
VERSION_MAJOR = Field(16, 16, 0x1)
SIZE_WIDTH = Field(0, 16)
SIZE_HEIGHT = Field(16, 16)
CORE_AXONS = Field(0, 16)
CORE_NEURONS = Field(16, 16)
CONTROL_RUN = Field(0, 1, 0x0)
CONTROL_PACED = Field(1, 1, 0x0)
CONTROL_STEP = Field(2, 1, 0x0)
CONTROL_CLEAR = Field(3, 1, 0x0)
PERIOD_PERIOD = Field(0, 32, 0x1)
STATUS_BUSY = Field(0, 1)
STATUS_QUIESCENT = Field(1, 1)
STATUS_READY = Field(2, 1)
STATUS_COMMAND = Field(3, 1)
STATUS_COUNTED = Field(4, 1)
STATUS_INTERRUPT = Field(5, 1)
TICK_TICKS = Field(0, 32, 0x0)
ERRORS_LATE = Field(0, 1, 0x0)
ERRORS_OFF_MESH = Field(1, 1, 0x0)
ERRORS_OVERRUN = Field(2, 1, 0x0)
ERRORS_REFUSED = Field(3, 1, 0x0)
ERRORS_MALFORMED = Field(4, 1, 0x0)
ERRORS_UNSETTLED = Field(5, 1, 0x0)
ERRORS_ACCESS = Field(6, 1, 0x0)
ERRORS_DONE = Field(31, 1, 0x0)
IRQ_ENABLE_LATE = Field(0, 1, 0x0)
IRQ_ENABLE_OFF_MESH = Field(1, 1, 0x0)
IRQ_ENABLE_OVERRUN = Field(2, 1, 0x0)
IRQ_ENABLE_REFUSED = Field(3, 1, 0x0)
IRQ_ENABLE_MALFORMED = Field(4, 1, 0x0)
IRQ_ENABLE_UNSETTLED = Field(5, 1, 0x0)
IRQ_ENABLE_ACCESS = Field(6, 1, 0x0)
IRQ_ENABLE_DONE = Field(31, 1, 0x0)
LATE_COUNT = Field(0, 32, 0x0)
OFF_MESH_COUNT = Field(0, 32, 0x0)
OVERRUN_COUNT = Field(0, 32, 0x0)
REFUSED_COUNT = Field(0, 32, 0x0)
MALFORMED_COUNT = Field(0, 32, 0x0)
SPIKES_IN_COUNT = Field(0, 32, 0x0)
SPIKES_OUT_COUNT = Field(0, 32, 0x0)
CFG_CORE_CORE = Field(0, 16, 0x0)
CFG_SPACE_SPACE = Field(0, 3, 0x0)
CFG_ADDRESS_ADDRESS = Field(0, 16, 0x0)
CFG_COMMAND_COMMAND = Field(0, 2, 0x0)
CFG_STATUS_BUSY = Field(0, 1)
CFG_STATUS_REFUSED = Field(1, 1, 0x0)
CFG_STATUS_WORDS = Field(8, 8)
CFG_DATA_DATA = Field(0, 32, 0x0)
