"""What is true of a pool's drafts: all on the same vectors, and proofs where these are mute."""

from __future__ import annotations

import re

from spikewright.lct.ir import ANY
from spikewright.verif.mutant_truth_hdl import cut
from spikewright.verif.mutant_truth_vectors import port_name

from .drafts import Drafts
from .make import HdlDraft, Truths
from .members import Member, Stage
from .proofs import Job, Side, prove_all, sides_of_tables

__all__ = ["evidence"]

_VERDICTS = {"equal": "same", "different": "different"}


def evidence(drafts: Drafts, sources: list[HdlDraft], stage: Stage, seconds: float) -> Truths:
    """Run and prove everything.

    Parameters
    ----------
    seconds : float
        For one proof.
    """
    known = _Evidence(drafts, sources, stage, seconds)
    return Truths(
        drafts, sources, stage, known.tables, known.hdl, known.table, known.design, known.pair
    )


class _Evidence:
    def __init__(
        self, drafts: Drafts, sources: list[HdlDraft], stage: Stage, seconds: float
    ) -> None:
        self.drafts, self.sources, self.stage, self.seconds = drafts, sources, stage, seconds
        self.tables = [stage.table(t.name, t.unit) for t in drafts.tables]
        cuts = {s.name: cut(s.verilog, drafts.unit, s.name) for s in sources if s.verilog}
        ran = stage.hdl(cuts)
        self.hdl = [ran.get(s.name) or Member(s.name, trouble=s.refused) for s in sources]
        whole = {
            t.name: (t.unit, t.text)
            for t, m in zip(drafts.tables, self.tables, strict=True)
            if not m.trouble
        }
        self.sides = sides_of_tables(whole, drafts.library)
        self.sides |= {n: Side(n, c) for n, c in cuts.items() if not c.trouble}
        self.original = self.sides["t0"]
        self._alone = self._against_original([*self.tables[1:], *self.hdl])
        self._alone["t0"] = ("same", "made")
        self._disagreements()
        self._pairs = self._paired()

    # ---- one thing against the original

    def _against_original(self, members: list[Member]) -> dict[str, tuple[str, str]]:
        found, jobs = {}, []
        for member in members:
            name = member.name
            if member.trouble:
                found[name] = ("different", "interface")
            elif self.stage.against_original(member):
                found[name] = ("different", "vectors")
            elif name in self.sides:
                jobs.append(Job(name, self.original, self.sides[name]))
            else:
                found[name] = ("undecided", "no hardware")
        proven = self._prove(jobs)
        return found | {job.name: (proven[job.name], "proof") for job in jobs}

    def _prove(self, jobs: list[Job]) -> dict[str, str]:
        return prove_all(self.drafts.unit, self.original, jobs, self.seconds)

    def _disagreements(self) -> None:
        """What two engines say of the same must be the same; nothing is taken where it is not."""
        for source in self.sources:
            verdict = self._alone[source.name][0]
            if source.truth and not source.refused and verdict != _VERDICTS[source.truth]:
                self.drafts.left_out[f"engines disagree: {source.truth}, {verdict}"] += 1
                self._alone[source.name] = ("undecided", "disputed")

    def table(self, k: int) -> tuple[str, str]:
        """What is true of a table."""
        return self._alone[self.drafts.tables[k].name]

    def design(self, k: int) -> tuple[str, str]:
        """What is true of HDL."""
        return self._alone[self.sources[k].name]

    # ---- pairs

    def pair(self, h: int, t: int) -> tuple[str, str]:
        """What is true of a table as the answer to HDL."""
        return self._pairs.get((h, t), ("undecided", ""))

    def _paired(self) -> dict[tuple[int, int], tuple[str, str]]:
        found, jobs = {}, {}
        for h in range(len(self.sources)):
            for t in range(len(self.tables)):
                verdict = self._judged(h, t)
                if verdict is not None:
                    found[h, t] = verdict
                elif self._worth(h, t):
                    names = self.sources[h].name, self.drafts.tables[t].name
                    if all(n in self.sides for n in names):
                        one, two = (self.sides[n] for n in names)
                        jobs[h, t] = Job(f"p_{names[0]}_{names[1]}", one, two)
        proven = self._prove(list(jobs.values()))
        return found | {at: (proven[job.name], "proof") for at, job in jobs.items()}

    def _judged(self, h: int, t: int) -> tuple[str, str] | None:
        """What follows without a proof of its own, None if nothing does."""
        hdl, table = self.hdl[h], self.tables[t]
        if hdl.trouble:
            return self._odd(h, t)
        if table.trouble:
            return "different", "interface"
        if any(True for _ in self.stage.differs(hdl, table)):
            return "different", "vectors"
        alone, other = self.design(h)[0], self.table(t)[0]
        if {alone, other} == {"same", "different"}:
            return "different", "proof"
        if alone == other == "same" and not self._free:
            return "same", "proof"
        return None

    def _odd(self, h: int, t: int) -> tuple[str, str]:
        """HDL with another interface, beside a table."""
        source = self.sources[h]
        related = source.parent is not None and self._root(source.parent) == self._root(t)
        if source.fault == "wrong width" and related:
            return "same", "made"
        if source.fault == "port renamed" and not self.tables[t].trouble and self._lacks_output(h):
            # The table says what an output does that the HDL does not have.
            return "different", "interface"
        return "undecided", "interface"

    def _lacks_output(self, h: int) -> bool:
        text = self.sources[h].verilog
        return any(
            not re.search(rf"^  output [^;]*\b{port_name(s.name)} ?;", text, re.MULTILINE)
            for s in self.drafts.unit.by_role("output")
        )

    def _root(self, k: int) -> int:
        return self.drafts.tables[k].parent

    def _worth(self, h: int, t: int) -> bool:
        """Whether a pair that the vectors do not tell apart is likely to be the same."""
        parent = self.sources[h].parent
        related = parent is not None and self._root(parent) == self._root(t)
        # Some of those that are the same as the original are enough.
        some = (h + t) % 3 == 0
        return related or (some and self.design(h)[0] == self.table(t)[0] == "same")

    @property
    def _free(self) -> bool:
        """Whether the original leaves anything open, which HDL and a table may fill differently."""
        return any(ANY in row.targets for table in self.drafts.unit.tables for row in table.rows)
