"""The readable Verilog of a unit: its signals, its blocks and their branches."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from spikewright.lct.ir import Unit

from .mutation import Change

__all__ = ["LITERAL", "Branch", "Line", "Source"]

LITERAL = re.compile(r"\b(\d+)'s?([hdb])([0-9a-f]+)\b")


@dataclass(frozen=True)
class Line:
    """A line with its place in the source, and the signal that its block drives."""

    at: int
    text: str
    drives: str = ""

    @property
    def end(self) -> int:
        """Where the next line begins."""
        return self.at + len(self.text) + 1


@dataclass(frozen=True)
class Branch:
    """A guarded part of an if: lines `head` to `end`, the next branch or the closing line after."""

    head: int
    end: int
    guard: str


class Source:
    """A source line by line, and the table's words for what is in it."""

    def __init__(self, text: str, unit: Unit) -> None:
        self.text, self.unit = text, unit
        self.widths: dict[str, int] = {}
        self.inputs: list[str] = []
        self.outputs: list[str] = []
        self.declared: dict[str, str] = {}
        self.aliases = dict(re.findall(r"^  assign (\w+) = (\w+);$", text, re.MULTILINE))
        self.lines = list(self._lines())
        self.registers = re.findall(r"^    (\w+) <= ", text, re.MULTILINE)
        self.readable = [
            n
            for n in [*self.inputs, *self.registers]
            if n not in ("clk", "rst") and n in self.widths
        ]
        self.names = {self.aliases.get(s.name, s.name): s.name for s in unit.by_role("register")}
        self.names |= {s.name.replace(".", "__"): s.name for s in unit.by_role("output")}

    def _lines(self) -> Iterator[Line]:
        at, drives = 0, ""
        blocks = iter(re.findall(r"always_comb begin\n(.*?)\n  end\n", self.text, re.DOTALL))
        for text in self.text.split("\n"):
            found = re.match(
                r"  (input|output|wire|reg) (?:signed )?(?:\[(\d+):0\] )?(\w+) ?;", text
            )
            if found:
                kind, high, name = found.groups()
                self.widths[name] = int(high or 0) + 1
                (
                    self.inputs if kind == "input" else self.outputs if kind == "output" else []
                ).append(name)
                if kind in ("wire", "reg"):
                    self.declared[name] = kind
            if text == "  always_comb begin":
                body = next(blocks, "")
                names = re.findall(r"^ +(\w+) ?(?:\[[\d:]+\])? = ", body, re.MULTILINE)
                drives = names[0] if names else ""
            yield Line(at, text, drives)
            if text == "  end":
                drives = ""
            at += len(text) + 1

    def target(self, drives: str) -> str:
        """A driven wire in the table's words."""
        name = drives.removeprefix("next_")
        return self.names.get(name, "")

    def chains(self) -> Iterator[list[Branch]]:
        """Every if with its branches, at any depth."""
        for i, line in enumerate(self.lines):
            head = re.match(r"( +)if \((.*)\) begin$", line.text)
            if not head or not line.drives or head[2] == "rst":
                continue
            indent, branches, start, guard = head[1], [], i, head[2]
            for j in range(i + 1, len(self.lines)):
                text = self.lines[j].text
                if text.startswith(f"{indent}end"):
                    branches.append(Branch(start, j, guard))
                    more = re.match(r" *end else (?:if \((.*)\) )?begin$", text)
                    if not more:
                        break
                    start, guard = j, more[1] or ""
            yield branches

    def body(self, branch: Branch) -> str:
        """The lines inside a branch."""
        return self.text[self.lines[branch.head].end : self.lines[branch.end].at]

    def guard(self, branch: Branch, new: str) -> Change:
        """The branch with another guard."""
        line = self.lines[branch.head]
        start = line.at + line.text.index("if (") + 4
        assert branch.guard
        return Change(start, start + len(branch.guard), new)

    def bits(self, width: int) -> list[str]:
        """Inputs and registers of some width."""
        return [n for n in self.readable if self.widths[n] == width]
