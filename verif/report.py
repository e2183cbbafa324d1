"""What a verification came to, as data: programs by block, and the verdict."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from spikewright.golden.architecture import Architecture
from spikewright.verif.records import ProgramRecord

__all__ = ["Report", "preset_of"]

PRESETS = ("tiny", "truenorth", "ranc")


def preset_of(architecture: Architecture) -> str:
    """Return the preset's name, whatever the mesh; "other" if it is none."""

    def sizes(values: Architecture) -> dict[str, int]:
        return values.to_dict() | {"width": 0, "height": 0}

    for name in PRESETS:
        if sizes(Architecture.preset(name)) == sizes(architecture):
            return name
    return "other"


@dataclass(frozen=True, kw_only=True)
class Report:
    """What the bench of one block found.

    Members
    -------
    block, preset, core, simulator : str
    records : tuple of ProgramRecord
        One for each program that was asked for.
    trouble : tuple of str
        What went wrong with runs, apart from programs that failed.
    files : tuple of str
        Folders of failed runs, with log and waves.
    seconds : float
        Of all simulators together.
    """

    block: str
    preset: str
    core: str = "event"
    simulator: str
    records: tuple[ProgramRecord, ...]
    trouble: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    seconds: float = 0.0

    @property
    def ok(self) -> bool:
        """At least one program ran, each one agreed, and no run went wrong."""
        return bool(self.records) and not self.trouble and not self.failed

    @property
    def failed(self) -> list[ProgramRecord]:
        """The programs that did not agree."""
        return [record for record in self.records if not record.ok]

    def total(self, name: str) -> int:
        """Sum a number over all programs."""
        return sum(getattr(record, name) for record in self.records)

    def extreme(self, name: str, choose: Callable[[Sequence[int]], int]) -> int | None:
        """Return the least or the largest of a number that not every program has."""
        values = [getattr(record, name) for record in self.records]
        known = [value for value in values if value is not None]
        return choose(known) if known else None

    @property
    def reached(self) -> dict[str, int]:
        """Counts of situations over all programs."""
        counts: Counter[str] = Counter()
        for record in self.records:
            counts.update(record.reached)
        return dict(counts)

    def rerun(self, record: ProgramRecord) -> str:
        """Return the line that runs one program again."""
        which = f"--seed {record.seed}" if record.case is None else f"--case {record.case}"
        preset = "" if self.preset == "tiny" else f" --preset {self.preset}"
        core = "" if self.core == "event" else f" --core {self.core}"
        return f"spikewright verify {self.block} {which} --sim {self.simulator}{preset}{core}"

    def to_dict(self) -> dict[str, Any]:
        """Return everything as plain values."""
        sums = ("ticks", "spikes", "potentials", "packets", "mismatches")
        return {
            "block": self.block,
            "preset": self.preset,
            "core": self.core,
            "simulator": self.simulator,
            "ok": self.ok,
            "programs": len(self.records),
            **{name: self.total(name) for name in sums},
            "flagged": self.total("flagged"),
            "cycles_beyond_n_and_e": {
                "least": self.extreme("least", min),
                "most": self.extreme("most", max),
                "settled": self.extreme("settled", max),
            },
            "reached": self.reached,
            "failed": [asdict(record) | {"rerun": self.rerun(record)} for record in self.failed],
            "trouble": list(self.trouble),
            "files": list(self.files),
            "seconds": round(self.seconds, 3),
        }
