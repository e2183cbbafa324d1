"""Widths and counts of a chip: one frozen dataclass from which everything else derives.

Presets carry the published TrueNorth numbers ("truenorth"), a core small enough for exhaustive
tests ("tiny"), and the widths of RANC's hardware, whose potentials wrap ("ranc").
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace

__all__ = ["Architecture", "ArchitectureError", "clog2"]

# What the integer types of the model can hold: int32 potentials, uint8 delays, axon types and mask
# widths.
_RANGES: dict[str, tuple[int, int]] = {
    "axons": (1, 65536),
    "neurons": (1, 65536),
    "axon_types": (1, 256),
    "weight_bits": (2, 32),
    "leak_bits": (2, 32),
    "threshold_bits": (1, 30),
    "mask_bits": (1, 30),
    "potential_bits": (2, 32),
    "delay_slots": (2, 256),
    "offset_bits": (1, 31),
    "width": (1, 65536),
    "height": (1, 65536),
    "wrap": (0, 1),
    "inclusive": (0, 1),
}

# Names that came later: a description without them means a chip that has neither.
_NEUTRAL = {"wrap": 0, "inclusive": 0}

_PRESETS: dict[str, dict[str, int]] = {
    "truenorth": {},
    "tiny": {
        "axons": 16,
        "neurons": 16,
        "weight_bits": 4,
        "leak_bits": 4,
        "threshold_bits": 6,
        "mask_bits": 5,
        "potential_bits": 9,
        "offset_bits": 4,
        "width": 2,
        "height": 2,
    },
    "ranc": {
        "threshold_bits": 9,
        "mask_bits": 1,
        "potential_bits": 9,
        "wrap": 1,
    },
}


class ArchitectureError(ValueError):
    """A width or a count that no chip of this family can have."""


def clog2(count: int) -> int:
    """Return the bits that number ``count`` things from zero; one thing still takes one bit.

    Parameters
    ----------
    count : int
        At least 1.

    Returns
    -------
    int
        The smallest ``bits >= 1`` with ``2**bits >= count``.
    """
    if count < 1:
        raise ArchitectureError(f"count must be at least 1, not {count}")
    return max(1, (count - 1).bit_length())


@dataclass(frozen=True, kw_only=True)
class Architecture:
    """Every width and count of a chip.

    Members
    -------
    axons, neurons : int
        Per core.
    axon_types : int
        Each axon selects one of this many weights of a neuron.
    weight_bits, leak_bits : int
        Signed, sign and magnitude: 9 bits hold -255..255, and -256 too where potentials wrap.
    threshold_bits : int
        Thresholds alpha and beta, unsigned.
    mask_bits : int
        Largest TM: eta is a draw of this many bits, masked to its TM low bits.
    potential_bits : int
        Membrane potential, two's complement.
    delay_slots : int
        Scheduler rows, a power of two; a neuron's delay is 1..delay_slots-1 ticks.
    offset_bits : int
        Destination offsets dx, dy, two's complement, in cores.
    width, height : int
        Mesh of cores.
    wrap : int
        0: potentials are clamped after the leak, and the widths are such that no sum overflows.
        1: potentials wrap around in two's complement, at ``potential_bits``.
    inclusive : int
        Which V is below a negative threshold: 0: V < -(beta + eta); 1: V <= -(beta + eta).

    Raises
    ------
    ArchitectureError
        Where a value is no integer, is out of its range, or where a sum could leave the potential's
        width and does not wrap.
    """

    axons: int = 256
    neurons: int = 256
    axon_types: int = 4
    weight_bits: int = 9
    leak_bits: int = 9
    threshold_bits: int = 18
    mask_bits: int = 17
    potential_bits: int = 20
    delay_slots: int = 16
    offset_bits: int = 9
    width: int = 64
    height: int = 64
    wrap: int = 0
    inclusive: int = 0

    def __post_init__(self) -> None:
        for name, (low, high) in _RANGES.items():
            value = getattr(self, name)
            if not isinstance(value, int) or isinstance(value, bool):
                raise ArchitectureError(f"{name} must be an integer, not {value!r}")
            if not low <= value <= high:
                raise ArchitectureError(f"{name} must be in {low}..{high}, not {value}")
        if self.delay_slots & (self.delay_slots - 1):
            raise ArchitectureError(f"delay_slots must be a power of two, not {self.delay_slots}")
        reach = 2 ** (self.offset_bits - 1)
        for name in ("width", "height"):
            if getattr(self, name) > reach:
                raise ArchitectureError(
                    f"{name} must be at most {reach}, which offset_bits = {self.offset_bits} "
                    f"can cross, not {getattr(self, name)}"
                )
        if not self.wrap:
            self._check_sum()

    def _check_sum(self) -> None:
        """Refuse widths with which a tick's sum, before its clamp, could overflow the potential."""
        largest = self.axons * self.weight_limit + self.leak_limit + self.potential_limit
        room = 2 ** (self.potential_bits - 1) - 1
        if largest > room:
            raise ArchitectureError(
                f"axons * weight_limit + leak_limit + potential_limit must be at most {room}, "
                f"which potential_bits = {self.potential_bits} can hold, not {self.axons} * "
                f"{self.weight_limit} + {self.leak_limit} + {self.potential_limit} = {largest}"
            )

    @classmethod
    def preset(cls, name: str) -> Architecture:
        """Return a named architecture.

        Parameters
        ----------
        name : {"truenorth", "tiny", "ranc"}
        """
        if name not in _PRESETS:
            raise ArchitectureError(f"preset must be one of {', '.join(_PRESETS)}, not {name!r}")
        return cls(**_PRESETS[name])

    @classmethod
    def from_dict(cls, values: Mapping[str, int]) -> Architecture:
        """Build from exactly the names that `to_dict` gives; wrap and inclusive may be missing."""
        values = _NEUTRAL | dict(values)
        names = [field.name for field in fields(cls)]
        for name in names:
            if name not in values:
                raise ArchitectureError(f"architecture must name {name}, and does not")
        for name in values:
            if name not in names:
                raise ArchitectureError(
                    f"architecture must not name {name!r}, which is no parameter"
                )
        return cls(**values)

    def to_dict(self) -> dict[str, int]:
        """Return every parameter by name."""
        return asdict(self)

    def with_mesh(self, width: int, height: int) -> Architecture:
        """Return the same core on a mesh of ``width`` by ``height``."""
        return replace(self, width=width, height=height)

    @property
    def cores(self) -> int:
        """Cores on the mesh; core ``x + width * y`` sits at (x, y)."""
        return self.width * self.height

    @property
    def axon_bits(self) -> int:
        """Bits of an axon number."""
        return clog2(self.axons)

    @property
    def neuron_bits(self) -> int:
        """Bits of a neuron number."""
        return clog2(self.neurons)

    @property
    def type_bits(self) -> int:
        """Bits of an axon type."""
        return clog2(self.axon_types)

    @property
    def slot_bits(self) -> int:
        """Bits of a scheduler row's number, a tick modulo ``delay_slots``."""
        return clog2(self.delay_slots)

    @property
    def mask_field_bits(self) -> int:
        """Bits that hold TM itself, an integer in 0..mask_bits."""
        return self.mask_bits.bit_length()

    @property
    def weight_limit(self) -> int:
        """Largest weight."""
        return int(2 ** (self.weight_bits - 1) - 1)

    @property
    def weight_range(self) -> tuple[int, int]:
        """Smallest and largest weight: as far down as up, or one further where potentials wrap."""
        return -self.weight_limit - self.wrap, self.weight_limit

    @property
    def leak_limit(self) -> int:
        """Largest leak."""
        return int(2 ** (self.leak_bits - 1) - 1)

    @property
    def leak_range(self) -> tuple[int, int]:
        """Smallest and largest leak: as far down as up, or one further where potentials wrap."""
        return -self.leak_limit - self.wrap, self.leak_limit

    @property
    def threshold_limit(self) -> int:
        """Largest alpha and beta."""
        return int(2**self.threshold_bits - 1)

    @property
    def potential_limit(self) -> int:
        """Largest potential between ticks: where the clamp holds it, or where it wraps around."""
        if self.wrap:
            return int(2 ** (self.potential_bits - 1) - 1)
        return int(2**self.threshold_bits + 2**self.mask_bits)

    @property
    def potential_range(self) -> tuple[int, int]:
        """Smallest and largest potential between ticks, and smallest and largest R."""
        return -self.potential_limit - self.wrap, self.potential_limit

    @property
    def offset_range(self) -> tuple[int, int]:
        """Smallest and largest dx and dy."""
        reach = int(2 ** (self.offset_bits - 1))
        return -reach, reach - 1

    @property
    def weight_draw_bits(self) -> int:
        """Bits of the draw a stochastic synapse is held against."""
        return self.weight_bits - 1

    @property
    def leak_draw_bits(self) -> int:
        """Bits of the draw a stochastic leak is held against."""
        return self.leak_bits - 1

    @property
    def threshold_draw_bits(self) -> int:
        """Bits of the draw from which eta is masked."""
        return self.mask_bits
