"""From sources to a `Design`."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from spikewright.lct.front.build import build_design
from spikewright.lct.front.cut import Cut
from spikewright.lct.front.design import Design
from spikewright.lct.front.elaborator import Elaborator
from spikewright.lct.front.netlist import Netlist
from spikewright.lct.front.refusal import Refused

__all__ = ["Elaborator", "load_component", "load_rtlil", "load_verilog"]

CHECKS = ("text", "promises")
"""What is done with a text before it is elaborated: see `prepare`."""


def load_verilog(
    sources: Mapping[str, str] | Sequence[Path],
    top: str = "",
    *,
    parameters: Mapping[str, int] | None = None,
    prefer: Collection[str] = (),
    reset: str = "",
    elaborator: Elaborator | None = None,
    cut: Cut | None = None,
) -> Design:
    """Elaborate Verilog or SystemVerilog.

    Parameters
    ----------
    sources : mapping of str to str, or sequence of Path
        Texts by file name, or files.
    top : str
        The module; found where left out.
    parameters : mapping of str to int
    prefer : collection of str
        Names that registers should have where several name the same bits.
    reset : str
        The reset input, with ``!`` before it where 0 resets; found by its usual names otherwise.
    elaborator : Elaborator
        A process to use; one of its own by default.
    cut : Cut
        Instances to leave out.

    Raises
    ------
    Refused
        The sources have no exact meaning, see the class.
    """
    if not isinstance(sources, Mapping):
        sources = {str(path): _read(path) for path in sources}
    _check_names(top, parameters or {})
    request = {"language": "verilog", "top": top, "parameters": dict(parameters or {})}
    netlist = _elaborate(sources, {**request, "checks": CHECKS}, elaborator)
    given = tuple(sources.values())
    design = build_design(netlist, "verilog", lambda: given, prefer, reset, cut=cut)
    return replace(design, parameters=dict(parameters or {}))


def load_component(
    component: object,
    name: str = "top",
    *,
    prefer: Collection[str] = (),
    elaborator: Elaborator | None = None,
    cut: Cut | None = None,
) -> Design:
    """Elaborate an Amaranth component."""
    from amaranth.back import rtlil

    text = rtlil.convert(component, name=name)
    return load_rtlil(text, name, prefer=prefer, elaborator=elaborator, cut=cut)


def load_rtlil(
    text: str,
    name: str,
    *,
    prefer: Collection[str] = (),
    reset: str = "",
    elaborator: Elaborator | None = None,
    cut: Cut | None = None,
    files: Mapping[str, str] | None = None,
) -> Design:
    """Elaborate what Amaranth's converter wrote; its Verilog is made when it is asked for.

    `files` has the user's names of source files by those in the text.
    """
    request = {"language": "rtlil", "top": name, "parameters": {}, "places": dict(files or {})}
    netlist = _elaborate({f"{name}.il": text}, request, elaborator)

    def verilog() -> tuple[str, ...]:
        if elaborator is not None and elaborator.running:
            return (elaborator.verilog(text),)
        with Elaborator() as own:
            return (own.verilog(text),)

    return build_design(netlist, "amaranth", verilog, prefer, reset, cut=cut)


def _elaborate(
    sources: Mapping[str, str], request: dict[str, Any], elaborator: Elaborator | None
) -> Netlist:
    if elaborator is not None:
        return elaborator.elaborate(sources, request)
    with Elaborator() as own:
        return own.elaborate(sources, request)


def _read(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8")
    except UnicodeDecodeError as error:
        sentence = f"a source is UTF-8 text, not byte {error.start} of it"
        raise Refused("syntax", str(path), sentence) from None


def _check_names(top: str, parameters: Mapping[str, int]) -> None:
    for name in [*([top] if top else []), *parameters]:
        if not re.fullmatch(r"[A-Za-z_]\w*", name):
            raise Refused("name", name, "a module or parameter is a plain name")
