"""The chip: a mesh with AXI ports, whose registers program, read, run and watch it.

Hand-written: it ties the units together, and what it ties depends on the architecture: how many
cores, links and data words there are. All decisions are made in the units `axi_write`, `axi_read`,
`register_write`, `register_read`, `configurator`, `tick_pacer`, `error_flags` and `counter_scan`.
`hdl/registers.md` describes the registers.
"""

from __future__ import annotations

from typing import Any

from amaranth.hdl import Array, Cat, Const, Module, Mux, Signal, Value
from amaranth.lib import wiring
from amaranth.lib.wiring import In

from spikewright.golden.architecture import Architecture, ArchitectureError
from spikewright.hdl.chip_ports import attach_axi_lite, chip_members
from spikewright.hdl.generated.axi_read import AxiRead
from spikewright.hdl.generated.axi_write import AxiWrite
from spikewright.hdl.generated.chip import parameters_layout
from spikewright.hdl.generated.configurator import Configurator
from spikewright.hdl.generated.counter_scan import CounterScan
from spikewright.hdl.generated.error_flags import ErrorFlags
from spikewright.hdl.generated.register_read import RegisterRead
from spikewright.hdl.generated.register_write import RegisterWrite
from spikewright.hdl.generated.registers import (
    cfg_status_layout,
    control_layout,
    core_layout,
    size_layout,
    status_layout,
)
from spikewright.hdl.generated.tick_pacer import TickPacer
from spikewright.hdl.links import AxisLink, attach, axis_members
from spikewright.hdl.memories import DataWords
from spikewright.hdl.mesh import Mesh, edges
from spikewright.hdl.parameters import SPACES, accepted
from spikewright.hdl.register_map import BYTES, Register
from spikewright.hdl.tile import SIDES, config_words

__all__ = ["Chip"]

_MOST_WORDS = (BYTES - Register.CFG_DATA) // 4


class Chip(wiring.Component):
    """A mesh with an AXI4-Lite slave, AXI4-Streams of packets, and one interrupt.

    Cost beyond the mesh: a write of a register takes 4 cycles, a read 3, a command that writes 8,
    one that reads 4 for each data word and 6 more. A tick starts two cycles after the chip became
    quiescent.

    Parameters
    ----------
    architecture : Architecture
        A configuration word must fit 128 words of 32 bits.
    links : iterable of {"west", "east", "north", "south"}
        Sides with a pair of AXI4-Streams; at the others packets that leave are dropped and counted.

    Members
    -------
    s_axi_{aw,w,b,ar,r}... : the AXI4-Lite slave
        12 address bits, 32 data bits, one write and one read at a time.
    s_axis_{side}_..., m_axis_{side}_... : AXI4-Streams
        In and out at a side with a link; see `links.AxisLink`.
    irq : Out(1)
        High while a flag of ERRORS is set that IRQ_ENABLE enables.
    halt : In(1)
        No tick starts while it is high. An array of chips starts its ticks together if each one's
        is low only while all are `due`.
    due : Out(1)
        A tick starts as soon as `halt` is low.
    quiescent : Out(1)
        No core runs, and no packet is under way inside the chip.

    Raises
    ------
    ArchitectureError
        A configuration word or a packet is too wide for its port.
    """

    def __init__(self, architecture: Architecture, links: tuple[str, ...] = SIDES) -> None:
        self.architecture, self.links = architecture, tuple(links)
        self.words = config_words(architecture)
        if self.words > _MOST_WORDS:
            raise ArchitectureError(
                f"A configuration word must fit the {_MOST_WORDS} data words of the register map, "
                f"not {self.words}: reduce axons"
            )
        super().__init__(chip_members(self.links))

    def elaborate(self, platform: Any) -> Module:
        m = Module()
        a = self.architecture
        m.submodules.mesh = self._mesh = Mesh(a, self.links)
        m.submodules.axi_write = self._axi_write = AxiWrite()
        m.submodules.axi_read = self._axi_read = AxiRead()
        m.submodules.write = self._write = RegisterWrite()
        m.submodules.read = self._read = RegisterRead()
        m.submodules.data = self._data = DataWords(count=self.words)
        m.submodules.configurator = self._configurator = Configurator(**accepted(Configurator, a))
        m.submodules.pacer = self._pacer = TickPacer(**accepted(TickPacer, a))
        m.submodules.flags = self._flags = ErrorFlags()
        m.submodules.scan = self._scan = CounterScan()
        self._axi(m)
        self._commands(m)
        self._ticks(m, self._links(m))
        self._counters(m)
        self._registers(m)
        return m

    def _axi(self, m: Module) -> None:
        """The AXI4-Lite slave."""
        writer, write = self._axi_write, self._write
        attach_axi_lite(m, self, writer, self._axi_read)
        m.d.comb += [
            write.ask.eq(writer.ask),
            write.at.eq(writer.address),
            write.strobes.eq(writer.written.strobes),
            write.data.eq(writer.written.data),
            Value.cast(write.control).eq(writer.written.data),
            Value.cast(write.enables).eq(writer.written.data),
            write.words.eq(self.words),
            writer.done.eq(write.done),
            writer.failed.eq(write.failed),
        ]

    def _commands(self, m: Module) -> None:
        """Program and read cores."""
        write, run, data, config = self._write, self._configurator, self._data, self._mesh.config
        index = write.at[2:] - Register.CFG_DATA // 4
        m.d.comb += [
            write.ended.eq(run.ended),
            write.denied.eq(run.refused),
            run.command.eq(write.command),
            run.reading.eq(write.read),
            run.core.eq(write.core),
            run.space.eq(write.space),
            run.address.eq(write.address),
            run.excess.eq(self._excess(data.words)),
            run.cores.eq(self.architecture.cores),
            run.words.eq(self.words),
            run.idle.eq(self._pacer.idle),
            run.answered.eq(config.answered),
            run.denied.eq(config.denied),
            config.enable.eq(run.enable),
            config.read.eq(run.read),
            config.core.eq(write.core),
            config.space.eq(write.space),
            config.address.eq(write.address),
            config.data.eq(data.words),
            config.word.eq(run.word),
            data.write.eq(write.data_write | run.store),
            data.index.eq(Mux(run.store, run.word, index)),
            data.data.eq(Mux(run.store, config.answer, write.data)),
        ]

    def _excess(self, words: Value) -> Value:
        """For each space, whether the data has bits beyond its entries' width."""
        a = self.architecture
        widths = {
            "axon_types": a.type_bits,
            "synapses": a.axons,
            "parameters": int(parameters_layout(**accepted(parameters_layout, a)).size),
            "potential": a.potential_bits,
            "seed": 32,
        }
        assert list(widths) == sorted(SPACES, key=lambda name: SPACES[name])
        return Cat(words[width:].any() for width in widths.values())

    def _links(self, m: Module) -> list[AxisLink]:
        """The AXI4-Streams of packets."""
        links = []
        for side in self.links:
            link = AxisLink(self.architecture, side)
            m.submodules[f"link_{side}"] = link
            attach(m, self._mesh, side, link)
            for name in ("s_axis", "m_axis"):
                for signal in axis_members(name, In):
                    own = getattr(self, signal.replace("axis", f"axis_{side}"))
                    inner = getattr(link, signal)
                    forward = (name == "s_axis") != signal.endswith("tready")
                    m.d.comb += inner.eq(own) if forward else own.eq(inner)
            m.d.comb += link.clear.eq(self._write.clear)
            links.append(link)
        return links

    def _ticks(self, m: Module, links: list[AxisLink]) -> None:
        """Time, and what happens over the links."""
        write, pacer, flags, mesh = self._write, self._pacer, self._flags, self._mesh
        taken, given = (
            [
                getattr(self, f"{name}_{side}_tvalid") & getattr(self, f"{name}_{side}_tready")
                for side in self.links
            ]
            for name in ("s_axis", "m_axis")
        )
        m.d.comb += [
            self.quiescent.eq(mesh.quiescent & ~Cat(link.carrying for link in links).any()),
            pacer.run.eq(write.run),
            pacer.paced.eq(write.paced),
            pacer.period.eq(write.period),
            pacer.step.eq(write.step),
            pacer.quiescent.eq(self.quiescent),
            pacer.commanding.eq(self._configurator.running),
            pacer.halt.eq(self.halt),
            write.stepping.eq(pacer.stepping),
            self.due.eq(pacer.due),
            mesh.start.eq(pacer.start),
            mesh.slot.eq(pacer.slot),
            flags.spikes_in.eq(sum(taken, Const(0))),
            flags.spikes_out.eq(sum(given, Const(0))),
            flags.malformed_count.eq(sum((link.malformed for link in links), Const(0))),
        ]

    def _counters(self, m: Module) -> None:
        """Sticky flags, counters and the interrupt."""
        mesh, scan, flags, write = self._mesh, self._scan, self._flags, self._write
        a = self.architecture
        late: list[Any] = [getattr(mesh, f"late_{c}") for c in range(a.cores)]
        ports = [(side, p) for side, p in edges(a) if side not in self.links]
        dropped: list[Any] = [getattr(mesh, f"off_mesh_{side}_{p}") for side, p in ports]
        count = max(len(late), len(dropped))
        late += [Const(0)] * (count - len(late))
        dropped += [Const(0)] * (count - len(dropped))
        m.d.comb += [
            scan.late.eq(Array(late)[scan.index]),
            scan.off_mesh.eq(Array(dropped)[scan.index]),
            scan.last.eq(scan.index == count - 1),
            scan.active.eq(~self.quiescent),
            scan.clear.eq(write.clear),
            flags.late.eq(scan.more_late),
            flags.off_mesh.eq(scan.more_off_mesh),
            flags.overrun.eq(self._pacer.late),
            flags.refused.eq(self._configurator.ended & self._configurator.refused),
            flags.was_unsettled.eq(mesh.unsettled),
            flags.access.eq((write.ask & write.illegal) | self._read.illegal),
            flags.done.eq(self._pacer.done),
            flags.clear.eq(write.clear),
            flags.write.eq(write.to_errors),
            Value.cast(flags.written).eq(write.data),
            flags.enables.eq(write.irq_enable),
            self.irq.eq(flags.irq),
        ]

    def _registers(self, m: Module) -> None:
        """What reads show."""
        a, read, write, flags = self.architecture, self._read, self._write, self._flags
        pacer, run, scan = self._pacer, self._configurator, self._scan
        size = size_layout().const({"width": a.width, "height": a.height})
        core = core_layout().const({"axons": a.axons % 65536, "neurons": a.neurons % 65536})
        control = Signal(control_layout())
        status = Signal(status_layout())
        command = Signal(cfg_status_layout())
        m.d.comb += [
            control.run.eq(write.run),
            control.paced.eq(write.paced),
            status.busy.eq(self._mesh.busy),
            status.quiescent.eq(self.quiescent),
            status.ready.eq(pacer.idle & ~run.running),
            status.command.eq(run.running),
            status.counted.eq(scan.counted),
            status.interrupt.eq(self.irq),
            command.busy.eq(run.running),
            command.refused.eq(run.refused),
            command.words.eq(self.words),
            read.ask.eq(self._axi_read.ask),
            read.at.eq(self._axi_read.address),
            read.words.eq(self.words),
            read.data_word.eq(self._data.word),
            self._data.shown.eq(read.at[2:] - Register.CFG_DATA // 4),
            self._axi_read.data.eq(read.data),
            self._axi_read.failed.eq(read.failed),
        ]
        shown: dict[str, Any] = {
            "size": size,
            "core": core,
            "control": control,
            "period": write.period,
            "status": status,
            "tick": pacer.ticks,
            "errors": flags.errors,
            "irq_enable": write.irq_enable,
            "late": scan.late_count,
            "off_mesh": scan.off_mesh_count,
            "overrun": flags.overrun_count,
            "refused": flags.refused_count,
            "malformed": flags.malformed_count,
            "spikes_in": flags.spikes_in_count,
            "spikes_out": flags.spikes_out_count,
            "cfg_core": write.core,
            "cfg_space": write.space,
            "cfg_address": write.address,
            "cfg_status": command,
        }
        m.d.comb += [getattr(read, name).eq(Value.cast(value)) for name, value in shown.items()]
