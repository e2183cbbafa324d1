"""The registers of a chip, as an AXI4-Lite master of cocotbext-axi sees them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from cocotb.triggers import SimTimeoutError, with_timeout
from cocotbext.axi import AxiResp

from spikewright.hdl.register_map import CFG_STATUS_WORDS, STATUS_READY, Command, Register
from spikewright.verif.sequences import Hung
from spikewright.verif.streams import PERIOD

__all__ = ["HUNG", "Entry", "Refused", "Slave"]

HUNG = 20_000
"""Polls of a chip that is not ready, or cycles of an access, after which it is said to hang."""

Entry = tuple[int, int, int, int]
"""Space, core, address and data of a configuration word."""


class Refused(Exception):
    """An access was answered otherwise than OKAY."""


class Slave:
    """The registers of one chip, behind an AXI4-Lite master.

    Parameters
    ----------
    master : AxiLiteMaster
    """

    def __init__(self, master: Any) -> None:
        self.master = master
        self.accesses = 0
        self.words = 0
        self.forget()

    async def begin(self) -> None:
        """Take the registers as a reset leaves them."""
        self.words = CFG_STATUS_WORDS.of(await self.read(Register.CFG_STATUS))
        self._place = (0, 0, 0)

    async def write(self, address: int, value: int) -> None:
        """Write a register, or raise `Refused`."""
        done = await self._answer(self.master.write(address, value.to_bytes(4, "little")), address)
        if done.resp != AxiResp.OKAY:
            raise Refused(f"write of {value:#x} to {address:#x}: {done.resp.name}")

    async def read(self, address: int) -> int:
        """Read a register, or raise `Refused`."""
        done = await self._answer(self.master.read(address, 4), address)
        if done.resp != AxiResp.OKAY:
            raise Refused(f"read of {address:#x}: {done.resp.name}")
        return int.from_bytes(done.data, "little")

    async def _answer(self, access: Any, address: int) -> Any:
        """Wait for an answer, though not for ever."""
        try:
            done = await with_timeout(access, HUNG * PERIOD, "step")
        except SimTimeoutError:
            raise Hung(f"an access to {address:#x} must be answered, and is not") from None
        self.accesses += 1
        assert done.resp in (AxiResp.OKAY, AxiResp.SLVERR)
        return done

    async def is_ready(self) -> bool:
        """Whether commands are taken."""
        return bool(STATUS_READY.of(await self.read(Register.STATUS)))

    def forget(self) -> None:
        """Name every place anew: a refused command leaves the address as it was."""
        self._place = (-1, -1, -1)

    async def _go_to(self, core: int, space: int, address: int) -> None:
        """Name a place; the address goes up by itself."""
        if self._place[0] != core:
            await self.write(Register.CFG_CORE, core)
        if self._place[1] != space:
            await self.write(Register.CFG_SPACE, space)
        if self._place[2] != address:
            await self.write(Register.CFG_ADDRESS, address)
        self._place = core, space, address + 1

    async def _command(self, command: Command) -> None:
        try:
            await self.write(Register.CFG_COMMAND, command)
        except Refused:
            self.forget()
            raise

    async def program(self, entries: Sequence[Entry]) -> None:
        """Write configuration words."""
        data = [-1] * self.words
        for space, core, address, value in entries:
            await self._go_to(core, space, address)
            if value >> (32 * self.words):
                raise ValueError(f"Entry must fit {self.words} words, not {value:#x}")
            for word in range(self.words):
                part = value >> (32 * word) & 0xFFFFFFFF
                # Data words stay as they are.
                if part != data[word]:
                    await self.write(Register.CFG_DATA + 4 * word, part)
                    data[word] = part
            await self._command(Command.WRITE)

    async def entry(self, space: int, core: int, address: int) -> int:
        """Read a configuration word back."""
        await self._go_to(core, space, address)
        await self._command(Command.READ)
        words = [await self.read(Register.CFG_DATA + 4 * i) for i in range(self.words)]
        return sum(word << (32 * i) for i, word in enumerate(words))
