"""Beats of an AXI4-Stream that carries a side of the mesh: good ones, and each kind of bad one.

The format and its rules are written down here a second time, from the documentation of `AxisLink`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from spikewright.golden.architecture import Architecture
from spikewright.verif.config_words import packet_word

__all__ = ["KINDS", "WHOLE", "Beat", "Side", "pauses"]

WHOLE = 0xFF
"""TKEEP of a whole beat."""

_AWAY = {"west": ("dx", -1), "east": ("dx", 1), "north": ("dy", 1), "south": ("dy", -1)}

KINDS = ("keep", "low bits", "high bits", "position", "axon", "back", "across")
"""Ways to be malformed; `across` only where packets come along y."""


@dataclass(frozen=True)
class Beat:
    """One beat: TDATA, and TKEEP as a bit a byte."""

    data: int
    keep: int = WHOLE

    @property
    def packet(self) -> int:
        """The bits that hold the packet."""
        return self.data & 0xFFFF_FFFF

    @property
    def position(self) -> int:
        """The bits that hold the port."""
        return self.data >> 32 & 0xFFFF


class Side:
    """What can come over a side of a mesh, and what cannot.

    Parameters
    ----------
    architecture : Architecture
        With the size of the mesh.
    name : {"west", "east", "north", "south"}
    """

    def __init__(self, architecture: Architecture, name: str) -> None:
        self.architecture, self.name = architecture, name
        self.positions = getattr(architecture, "height" if name in ("west", "east") else "width")
        self._word = packet_word(architecture)
        self._bits = sum(bits for _, bits, _ in self._word.fields)

    @property
    def kinds(self) -> tuple[str, ...]:
        """The ways in which a beat of this side can be malformed."""
        a = self.architecture
        never = set() if a.axons < 1 << a.axon_bits else {"axon"}
        if self.name in ("west", "east"):
            never.add("across")
        if self._bits == 32:
            never.add("low bits")
        return tuple(kind for kind in KINDS if kind not in never)

    def packet(self, rng: Random) -> int:
        """Return a packet that can come over this side."""
        low, high = self.architecture.offset_range
        steps = {"dx": rng.randint(low, high), "dy": rng.randint(low, high)}
        along, sign = _AWAY[self.name]
        if along == "dy":
            steps["dx"] = 0
        steps[along] = -sign * rng.randint(0, high)
        return self._word.pack(
            {
                **steps,
                "slot": rng.randrange(self.architecture.delay_slots),
                "axon": rng.randrange(self.architecture.axons),
            }
        )

    def good(self, rng: Random) -> Beat:
        """Return a beat that must pass."""
        return Beat(self.packet(rng) | rng.randrange(self.positions) << 32)

    def bad(self, kind: str, rng: Random) -> Beat:
        """Return a beat that is good but for one thing."""
        good, a = self.good(rng), self.architecture
        if kind == "keep":
            return Beat(good.data, WHOLE ^ 1 << rng.randrange(8))
        if kind == "low bits":
            return Beat(good.data | 1 << rng.randrange(self._bits, 32))
        if kind == "high bits":
            return Beat(good.data | 1 << rng.randrange(48, 64))
        if kind == "position":
            beyond = rng.choice((self.positions, rng.randrange(self.positions, 1 << 16), 0xFFFF))
            return Beat(good.packet | beyond << 32)
        fields = self._word.unpack(good.packet)
        along, sign = _AWAY[self.name]
        if kind == "axon":
            fields["axon"] = rng.randrange(a.axons, 1 << a.axon_bits)
        elif kind == "back":
            fields[along] = sign * rng.randint(1, a.offset_range[1])
        else:
            fields["dx"] = rng.choice((-1, 1)) * rng.randint(1, a.offset_range[1])
        return Beat(self._word.pack(fields) | good.position << 32)

    def legal(self, beat: Beat) -> bool:
        """Whether a beat must pass."""
        fields = self._word.unpack(beat.packet)
        along, sign = _AWAY[self.name]
        return (
            beat.keep == WHOLE
            and beat.packet >> self._bits == 0
            and beat.data >> 48 == 0
            and beat.position < self.positions
            and fields["axon"] < self.architecture.axons
            and fields[along] * sign <= 0
            and (along == "dx" or fields["dx"] == 0)
        )


def pauses(runs: Sequence[tuple[int, int]]) -> list[bool]:
    """Return whether to pause in each cycle, from runs (go, stop)."""
    return [pause for go, stop in runs for pause in [False] * go + [True] * stop]
