"""The ports of a Verilog module, and how C++ reaches them in a Verilated model."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from .errors import ToolError

__all__ = [
    "WORD_BITS",
    "Port",
    "check_header",
    "check_ports",
    "cpp_name",
    "cpp_type",
    "load_statement",
    "parse_ports",
    "signed_ports",
    "store_statement",
]

WORD_BITS = 32


@dataclass(frozen=True)
class Port:
    """One port.

    Members
    -------
    direction : {"input", "output"}
    width : int
        Bits, at least 1.
    signed : bool
        Whether its values are read as two's complement.
    """

    direction: Literal["input", "output"]
    width: int
    signed: bool = False

    def __post_init__(self) -> None:
        if self.direction not in ("input", "output"):
            raise ToolError(f"direction must be input or output, not {self.direction!r}")
        if self.width < 1:
            raise ToolError(f"width must be at least 1, not {self.width}")

    @property
    def words(self) -> int:
        """How many 32-bit words hold it."""
        return -(-self.width // WORD_BITS)

    @property
    def limits(self) -> tuple[int, int]:
        """The smallest and the largest value."""
        if self.signed:
            return -(1 << (self.width - 1)), (1 << (self.width - 1)) - 1
        return 0, (1 << self.width) - 1


_ATTRIBUTE = re.compile(r"\(\*(?!\)).*?\*\)", re.DOTALL)
_COMMENT = re.compile(r"//[^\n]*|/\*.*?\*/", re.DOTALL)
# An escaped name ends at the next space; yosys writes one for a port that is called like a keyword.
_NAME = r"(?:\\\S+(?=\s)|[A-Za-z_][\w$]*)"
_DECLARATION = re.compile(
    r"(?<![\w.$\\])(?P<direction>input|output|inout)\b"
    r"(?:\s+(?:wire|reg|logic|var))*"
    r"(?P<signed>\s+signed)?"
    r"\s*(?:\[\s*(?P<high>[^]:]+?)\s*:\s*(?P<low>[^]]+?)\s*\]\s*)?"
    rf"(?P<names>{_NAME}(?:\s*,\s*(?!(?:input|output|inout)\b){_NAME})*)"
)


def parse_ports(verilog: str, top: str) -> dict[str, Port]:
    """Return the ports of module ``top``, in the order of their declarations.

    Understands what Amaranth writes, and hand-written headers of either style as long as their
    ranges are numbers.
    """
    text = _COMMENT.sub(" ", _ATTRIBUTE.sub(" ", verilog))
    module = re.search(rf"\bmodule\s+{re.escape(top)}\b(.*?)\bendmodule\b", text, re.DOTALL)
    if module is None:
        raise ToolError(f"Module {top} must be in the Verilog, and is not")
    body = _without_functions(module[1])
    ports: dict[str, Port] = {}
    for found in _DECLARATION.finditer(body):
        for name in re.split(r"\s*,\s*", found["names"]):
            plain = name.removeprefix("\\")
            ports[plain] = _port(top, plain, found)
    return ports


def _without_functions(body: str) -> str:
    """Drop functions and tasks, whose arguments look like ports."""
    return re.sub(r"\b(function|task)\b.*?\bend\1\b", " ", body, flags=re.DOTALL)


def _port(top: str, name: str, found: re.Match[str]) -> Port:
    if found["direction"] == "inout":
        raise ToolError(f"Port {name} of {top} must be an input or an output, not inout")
    high, low = found["high"] or "0", found["low"] or "0"
    if not re.fullmatch(r"-?\d+", high) or low != "0":
        raise ToolError(
            f"Range of port {name} of {top} must be [number:0], not [{high}:{low}]: "
            "give the ports by hand"
        )
    if int(high) < 0:
        # A port of no bits becomes [-1:0], which Verilog reads as two bits.
        raise ToolError(f"Port {name} of {top} must have at least one bit, and has none")
    direction: Literal["input", "output"] = "input" if found["direction"] == "input" else "output"
    return Port(direction, int(high) + 1, found["signed"] is not None)


def signed_ports(component: Any) -> set[str]:
    """Return the names of an Amaranth component's ports whose shape is signed.

    Amaranth's Verilog does not say it: every port there is unsigned.
    """
    from amaranth.hdl import Value, ValueCastable

    names = set()
    for path, _, value in component.signature.flatten(component):
        # A structure is a row of bits, whatever the sign of its fields.
        if not isinstance(value, ValueCastable) and Value.cast(value).shape().signed:
            names.add("__".join(str(part) for part in path))
    return names


def cpp_name(name: str) -> str:
    """Return what Verilator calls a port: two underscores in a row are its own escape."""
    name = name.replace("__", "___05F")
    return re.sub(r"\W", lambda found: f"__0{ord(found[0]):02x}", name)


def cpp_type(width: int) -> str:
    """Return the type of a port of up to 64 bits."""
    for limit, name in ((8, "CData"), (16, "SData"), (32, "IData"), (64, "QData")):
        if width <= limit:
            return name
    raise ToolError(f"width of a port that C++ reads at once must be at most 64, not {width}")


def load_statement(name: str, port: Port, words: str) -> str:
    """Return C++ that sets a port of ``top`` from the words at ``words``, dropping excess bits."""
    target = f"top.{cpp_name(name)}"
    last = port.words - 1
    top_bits = port.width - last * WORD_BITS
    mask = "" if top_bits == WORD_BITS else f" & 0x{(1 << top_bits) - 1:x}u"
    if port.words == 1:
        return f"{target} = ({words})[0]{mask};"
    if port.words == 2:
        return f"{target} = (QData(({words})[1]{mask}) << 32) | ({words})[0];"
    return (
        f"for (int i = 0; i < {last}; ++i) {target}[i] = ({words})[i]; "
        f"{target}[{last}] = ({words})[{last}]{mask};"
    )


def store_statement(name: str, port: Port, words: str) -> str:
    """Return C++ that writes a port of ``top`` to the words at ``words``."""
    source = f"top.{cpp_name(name)}"
    if port.words == 1:
        return f"({words})[0] = {source};"
    if port.words == 2:
        return f"({words})[0] = IData({source}); ({words})[1] = IData({source} >> 32);"
    return f"for (int i = 0; i < {port.words}; ++i) ({words})[i] = {source}[i];"


_HEADER_PORT = re.compile(r"VL_(IN|OUT|INOUT)(?:8|16|64|W)?\(&(\w+),(\d+),(\d+)(?:,\d+)?\);")


def check_header(header: str, ports: Mapping[str, Port], top: str) -> None:
    """Hold the ports we believe in against the class that Verilator wrote."""
    names = {cpp_name(name): name for name in ports}
    found = {
        names.get(name, name): Port("input" if way == "IN" else "output", int(high) - int(low) + 1)
        for way, name, high, low in _HEADER_PORT.findall(header)
    }
    check_ports(found, ports, top)


def check_ports(found: Mapping[str, Port], wanted: Mapping[str, Port], top: str) -> None:
    """Raise unless a module has the ports it should have; more outputs do no harm."""
    for name, port in wanted.items():
        if name not in found:
            raise ToolError(f"Port {name} must be a port of {top}, and is not")
        there = found[name]
        if (there.direction, there.width) != (port.direction, port.width):
            raise ToolError(
                f"Port {name} of {top} must be an {port.direction} of {port.width} bits, "
                f"not an {there.direction} of {there.width}"
            )
    missed = [name for name in found if name not in wanted and found[name].direction == "input"]
    if missed:
        raise ToolError(f"Input {missed[0]} of {top} must be among the ports given, and is not")
