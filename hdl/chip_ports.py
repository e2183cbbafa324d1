"""The pins of a chip, and how those of its AXI4-Lite slave are led to the units that answer.

Hand-written: an AXI bus is flat signals, and the units have streams. `axi_write` and `axi_read`
decide everything.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from amaranth.hdl import Module
from amaranth.lib.wiring import In, Out

from spikewright.hdl.links import axis_members

__all__ = ["ADDRESS_BITS", "DATA_BITS", "attach_axi_lite", "axi_lite_members", "chip_members"]

ADDRESS_BITS = 12
DATA_BITS = 32
_RESPONSE_BITS = 2


def axi_lite_members(name: str = "s_axi") -> dict[str, In | Out]:
    """Return the signals of a slave.

    Parameters
    ----------
    name : str
        What the signals' names begin with.

    Returns
    -------
    dict
        The channels aw, w, b, ar and r: 12 address bits, 32 data bits, a strobe for each byte.
    """
    members: dict[str, In | Out] = {}
    for channel in ("aw", "ar"):
        members[f"{name}_{channel}addr"] = In(ADDRESS_BITS)
        members[f"{name}_{channel}prot"] = In(3)
    members |= {
        f"{name}_wdata": In(DATA_BITS),
        f"{name}_wstrb": In(DATA_BITS // 8),
        f"{name}_bresp": Out(_RESPONSE_BITS),
        f"{name}_rdata": Out(DATA_BITS),
        f"{name}_rresp": Out(_RESPONSE_BITS),
    }
    for channel, there, back in (
        ("aw", In, Out),
        ("w", In, Out),
        ("b", Out, In),
        ("ar", In, Out),
        ("r", Out, In),
    ):
        members[f"{name}_{channel}valid"] = there(1)
        members[f"{name}_{channel}ready"] = back(1)
    return members


def chip_members(links: Iterable[str]) -> dict[str, In | Out]:
    """Return the pins of a `Chip` with streams at some sides, but for clock and reset."""
    members = axi_lite_members()
    for side in links:
        members |= axis_members(f"s_axis_{side}", In) | axis_members(f"m_axis_{side}", Out)
    return members | {"irq": Out(1), "halt": In(1), "due": Out(1), "quiescent": Out(1)}


def attach_axi_lite(m: Module, top: Any, writer: Any, reader: Any) -> None:
    """Tie the slave `s_axi` of a component to the units that answer it.

    Parameters
    ----------
    m : Module
    top : Component
        Has the signals of `axi_lite_members`.
    writer, reader : AxiWrite, AxiRead
    """
    m.d.comb += [
        writer.aw.payload.eq(top.s_axi_awaddr),
        writer.w.payload.data.eq(top.s_axi_wdata),
        writer.w.payload.strobes.eq(top.s_axi_wstrb),
        top.s_axi_bresp.eq(writer.b.payload),
        reader.ar.payload.eq(top.s_axi_araddr),
        top.s_axi_rdata.eq(reader.r.payload.data),
        top.s_axi_rresp.eq(reader.r.payload.response),
    ]
    for channel, port in (("aw", writer.aw), ("w", writer.w), ("ar", reader.ar)):
        m.d.comb += port.valid.eq(getattr(top, f"s_axi_{channel}valid"))
        m.d.comb += getattr(top, f"s_axi_{channel}ready").eq(port.ready)
    for channel, port in (("b", writer.b), ("r", reader.r)):
        m.d.comb += getattr(top, f"s_axi_{channel}valid").eq(port.valid)
        m.d.comb += port.ready.eq(getattr(top, f"s_axi_{channel}ready"))
