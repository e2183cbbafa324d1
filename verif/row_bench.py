"""What the tests of rows do with a unit in the simulator.

This file needs cocotb only: it is copied beside generated tests.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from cocotb.triggers import Timer

__all__ = ["Bench", "Case"]

Case = tuple[str, Mapping[str, int], Mapping[str, int], Mapping[str, int]]
"""What it is good for; inputs and registers to set; outputs then; registers after the clock."""


class Bench:
    """A unit inside the module that gives it a clock and a reset in any case.

    Parameters
    ----------
    dut : handle
        The outer module; the unit is its ``dut``.
    registers : mapping of str to str
        Where each register of the tables is kept inside the unit.
    cover : RowCover
    reads : sequence of str
        What decides between rows: ports and registers.
    """

    def __init__(
        self, dut: Any, registers: Mapping[str, str], cover: Any, reads: Sequence[str]
    ) -> None:
        self.dut, self.cover, self.reads = dut, cover, tuple(reads)
        self.registers = {name: getattr(dut.dut, at) for name, at in registers.items()}

    def handle(self, name: str) -> Any:
        """A port or register."""
        return self.registers[name] if name in self.registers else getattr(self.dut, name)

    def read(self, names: Sequence[str]) -> dict[str, int | None]:
        """Values, None where a bit is unknown."""
        found: dict[str, int | None] = {}
        for name in names:
            try:
                found[name] = int(self.handle(name).value)
            except ValueError:
                found[name] = None
        return found

    async def place(self, given: Mapping[str, int]) -> None:
        """Set inputs and registers, the clock low."""
        self.dut.clk.value = 0
        self.dut.rst.value = 0
        for name, value in given.items():
            self.handle(name).value = value
        await Timer(1, "ns")

    async def clock(self) -> None:
        """Raise the clock."""
        self.dut.clk.value = 1
        await Timer(1, "ns")

    async def differences(self, table: str, row: str, case: Case) -> list[str]:
        """Run one case; what is not as the table says, as sentences."""
        why, given, now, after = case
        await self.place(given)
        seen = self.read([*given, *now, *self.reads])
        wrong = [
            f"{name} must be set to {value:#x}, and is {_shown(seen[name])}"
            for name, value in given.items()
            if seen[name] != value
        ]
        known = {name: value for name, value in seen.items() if value is not None}
        wrong += [f"{name} must be known" for name in self.reads if name not in known]
        if not wrong:
            decided = self.cover.sample(known)[table]
            if decided != row:
                wrong.append(f"row {row} must decide, and {decided or 'none'} does")
        wrong += _unequal(now, seen)
        if after:
            await self.clock()
            wrong += _unequal(after, self.read(list(after)))
        return [f"{why}: {text}" for text in wrong]

    async def check(self, table: str, row: str, cases: Sequence[Case]) -> None:
        """Run all cases of a row.

        Raises
        ------
        AssertionError
            Something is not as the table says; the first few are told.
        """
        wrong = [text for case in cases for text in await self.differences(table, row, case)]
        if wrong:
            more = f" (and {len(wrong) - 1} more)" if len(wrong) > 1 else ""
            raise AssertionError(f"table {table}, row {row}: {wrong[0]}{more}")

    async def check_reset(self, resets: Mapping[str, tuple[int, int]]) -> None:
        """Set every register to something else, and reset.

        Parameters
        ----------
        resets : mapping of str to (int, int)
            The value after a reset, and another one.
        """
        await self.place({name: other for name, (_, other) in resets.items()})
        self.dut.rst.value = 1
        await Timer(1, "ns")
        await self.clock()
        values = {name: value for name, (value, _) in resets.items()}
        wrong = _unequal(values, self.read(list(values)))
        if wrong:
            raise AssertionError(f"after a reset {wrong[0]}")


def _unequal(expected: Mapping[str, int], seen: Mapping[str, int | None]) -> list[str]:
    return [
        f"{name} must be {value:#x}, and is {_shown(seen[name])}"
        for name, value in expected.items()
        if seen[name] != value
    ]


def _shown(value: int | None) -> str:
    return "unknown" if value is None else f"{value:#x}"
