"""The chip as a component of IP-XACT (IEEE 1685-2014): buses, registers, ports and files.

Bus definitions are those that Arm publishes for AMBA 4. The registers are those that `spikewright
generate` has written.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from importlib.resources import files
from textwrap import indent

from spikewright.tools.registers_ipxact import MEMORY_MAP
from spikewright.verif.ports import Port

__all__ = ["component"]

_SPACE = "http://www.accellera.org/XMLSchema/IPXACT/1685-2014"
_LITE = ("AXI4-Lite", "r0p0_0")
_STREAM = ("AXI4Stream", "r0p0_1")
_STREAM_NAME = re.compile(r"([sm])_axis_\w+?(?=_t[a-z]+$)")


def component(
    top: str, ports: Mapping[str, Port], sources: Sequence[str], version: str, description: str
) -> str:
    """Return the text of the component.

    Parameters
    ----------
    top : str
        The module.
    ports : mapping of str to Port
        All of its ports.
    sources : sequence of str
        Verilog files, as seen from the XML file.
    version, description : str
    """
    maps = files("spikewright.hdl").joinpath("registers.xml").read_text("utf-8")
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<ipxact:component xmlns:ipxact="{_SPACE}"',
        '    xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"',
        f'    xsi:schemaLocation="{_SPACE} {_SPACE}/index.xsd">',
        "  <ipxact:vendor>spikewright</ipxact:vendor>",
        "  <ipxact:library>hardware</ipxact:library>",
        f"  <ipxact:name>{top}</ipxact:name>",
        f"  <ipxact:version>{version}</ipxact:version>",
        "  <ipxact:busInterfaces>",
        *_interfaces(ports),
        "  </ipxact:busInterfaces>",
        indent(maps, "  ").rstrip(),
        "  <ipxact:model>",
        *_views(top),
        "    <ipxact:ports>",
        *(line for name, port in ports.items() for line in _port(name, port)),
        "    </ipxact:ports>",
        "  </ipxact:model>",
        "  <ipxact:fileSets>",
        "    <ipxact:fileSet>",
        "      <ipxact:name>rtl</ipxact:name>",
        *(line for name in sources for line in _file(name)),
        "    </ipxact:fileSet>",
        "  </ipxact:fileSets>",
        f"  <ipxact:description>{description}</ipxact:description>",
        "</ipxact:component>",
    ]
    return "\n".join(lines) + "\n"


def _interfaces(ports: Mapping[str, Port]) -> Iterator[str]:
    lite = [name for name in ports if name.startswith("s_axi_")]
    yield from _interface("s_axi", _LITE, lite, MEMORY_MAP)
    streams = dict.fromkeys(m[0] for name in ports if (m := _STREAM_NAME.match(name)))
    for stream in streams:
        yield from _interface(stream, _STREAM, [n for n in ports if n.startswith(f"{stream}_")])


def _interface(
    name: str, bus: tuple[str, str], ports: Sequence[str], memory_map: str = ""
) -> Iterator[str]:
    kind, version = bus
    of = f'vendor="amba.com" library="AMBA4" version="{version}"'
    yield "    <ipxact:busInterface>"
    yield f"      <ipxact:name>{name}</ipxact:name>"
    yield f'      <ipxact:busType {of} name="{kind}"/>'
    yield "      <ipxact:abstractionTypes>"
    yield "        <ipxact:abstractionType>"
    yield f'          <ipxact:abstractionRef {of} name="{kind}_rtl"/>'
    yield "          <ipxact:portMaps>"
    for port in ports:
        logical = port.removeprefix(f"{name}_").upper()
        yield "            <ipxact:portMap>"
        yield f"              <ipxact:logicalPort><ipxact:name>{logical}</ipxact:name>"
        yield "              </ipxact:logicalPort>"
        yield f"              <ipxact:physicalPort><ipxact:name>{port}</ipxact:name>"
        yield "              </ipxact:physicalPort>"
        yield "            </ipxact:portMap>"
    yield "          </ipxact:portMaps>"
    yield "        </ipxact:abstractionType>"
    yield "      </ipxact:abstractionTypes>"
    if memory_map:
        reference = f'<ipxact:memoryMapRef memoryMapRef="{memory_map}"/>'
        yield f"      <ipxact:slave>{reference}</ipxact:slave>"
    else:
        yield "      <ipxact:slave/>" if name[0] == "s" else "      <ipxact:master/>"
    yield "    </ipxact:busInterface>"


def _views(top: str) -> Iterator[str]:
    yield "    <ipxact:views>"
    yield "      <ipxact:view>"
    yield "        <ipxact:name>verilog</ipxact:name>"
    yield "        <ipxact:componentInstantiationRef>verilog</ipxact:componentInstantiationRef>"
    yield "      </ipxact:view>"
    yield "    </ipxact:views>"
    yield "    <ipxact:instantiations>"
    yield "      <ipxact:componentInstantiation>"
    yield "        <ipxact:name>verilog</ipxact:name>"
    yield "        <ipxact:language>verilog</ipxact:language>"
    yield f"        <ipxact:moduleName>{top}</ipxact:moduleName>"
    yield "        <ipxact:fileSetRef><ipxact:localName>rtl</ipxact:localName></ipxact:fileSetRef>"
    yield "      </ipxact:componentInstantiation>"
    yield "    </ipxact:instantiations>"


def _port(name: str, port: Port) -> Iterator[str]:
    yield "      <ipxact:port>"
    yield f"        <ipxact:name>{name}</ipxact:name>"
    yield "        <ipxact:wire>"
    yield f"          <ipxact:direction>{port.direction.removesuffix('put')}</ipxact:direction>"
    if port.width > 1:
        yield "          <ipxact:vectors><ipxact:vector>"
        yield f"            <ipxact:left>{port.width - 1}</ipxact:left>"
        yield "            <ipxact:right>0</ipxact:right>"
        yield "          </ipxact:vector></ipxact:vectors>"
    yield "        </ipxact:wire>"
    yield "      </ipxact:port>"


def _file(name: str) -> Iterator[str]:
    yield "      <ipxact:file>"
    yield f"        <ipxact:name>{name}</ipxact:name>"
    yield "        <ipxact:fileType>verilogSource</ipxact:fileType>"
    yield "      </ipxact:file>"
