"""Amaranth: Switch on an enumeration."""

import enum

from amaranth.hdl import Module, Signal, signed
from amaranth.lib import data, stream, wiring
from amaranth.lib.wiring import In, Out

PACKET = data.StructLayout({"dx": signed(9), "dy": signed(9), "slot": 4, "axon": 8})


class Level(enum.IntEnum):
    EMPTY = 0
    ONE = 1
    TWO = 2


class InputBuffer(wiring.Component):
    arrive: In(stream.Signature(PACKET))
    leave: Out(stream.Signature(PACKET))
    occupied: Out(1)

    def elaborate(self, platform):
        m = Module()
        level = Signal(Level)
        oldest = Signal(PACKET)
        newest = Signal(PACKET)
        m.d.comb += self.leave.payload.eq(oldest)
        m.d.comb += [self.leave.valid.eq(self.occupied), self.occupied.eq(level != Level.EMPTY)]
        with m.Switch(level):
            with m.Case(Level.EMPTY):
                m.d.comb += self.arrive.ready.eq(1)
                with m.If(self.arrive.valid):
                    m.d.sync += [level.eq(Level.ONE), oldest.eq(self.arrive.payload)]
            with m.Case(Level.ONE):
                m.d.comb += self.arrive.ready.eq(1)
                with m.If(self.arrive.valid & self.leave.ready):
                    m.d.sync += oldest.eq(self.arrive.payload)
                with m.Elif(self.arrive.valid):
                    m.d.sync += [level.eq(Level.TWO), newest.eq(self.arrive.payload)]
                with m.Elif(self.leave.ready):
                    m.d.sync += level.eq(Level.EMPTY)
            with m.Case(Level.TWO), m.If(self.leave.ready):
                m.d.sync += [level.eq(Level.ONE), oldest.eq(newest)]
        return m
