"""Instances and connections to the body of `elaborate`."""

from __future__ import annotations

from spikewright.lct.compile_class import ClassNames
from spikewright.lct.compile_names import Imports, Library, bases, class_of, fault, module_of
from spikewright.lct.compile_text import assignments, commented, wrap
from spikewright.lct.ir import Connection, Instance, Unit

__all__ = ["structure_lines"]

_BODY = " " * 8


def structure_lines(unit: Unit, imports: Imports, library: Library) -> tuple[list[str], set[str]]:
    """The method `elaborate` of a structural unit, and no types that it needs."""
    return _Structure(unit, imports, library).lines(), set()


class _Structure:
    def __init__(self, unit: Unit, imports: Imports, library: Library) -> None:
        self.unit, self.imports, self.library = unit, imports, library
        self.names = ClassNames(unit, imports, library, inside=True)

    def lines(self) -> list[str]:
        self.imports.use("amaranth.hdl", "Module")
        out = [
            "",
            "    def elaborate(self, platform: object) -> Module:",
            f"{_BODY}m = Module()",
            "",
        ]
        for instance in self.unit.instances.values():
            out += self._instance(instance)
        connections = self._connections()
        return [*out, *([""] if connections else []), *connections, "", f"{_BODY}return m"]

    def _class(self, instance: Instance) -> tuple[str, str]:
        unit = instance.unit
        if unit.kind == "types":
            message = f"{instance.name} is made from {unit.name}, which has types only"
            raise fault(self.unit, "type", message, instance.span, "Instances")
        return module_of(unit, self.imports), class_of(unit)

    def _instance(self, instance: Instance) -> list[str]:
        module, name = self._class(instance)
        self.imports.use(module, name)
        found = bases(instance.unit, self.library)
        arguments = ", ".join(f"{b}={self.names.parameter(b)}" for b in found)
        variable = self.names.locals[instance.name]
        line = f"{_BODY}m.submodules.{instance.name} = {variable} = {name}({arguments})"
        return commented(line, instance.meaning, _BODY)

    def _connections(self) -> list[str]:
        """All connections in the order of the table; neighbouring plain wires are one statement."""
        out: list[str] = []
        wires: list[str] = []
        for connection in [*self.unit.connections, None]:
            if connection is None or self._is_stream(connection):
                out += assignments("comb", wires, _BODY)
                wires = []
            if connection is None or connection.sink == ("", "-"):
                continue
            source, sink = connection.source, connection.sink
            if self._is_stream(connection):
                self.imports.use("amaranth.lib.wiring", "connect")
                ends = f"{self._interface(source)}, {self._interface(sink)}"
                out += wrap(f"{_BODY}connect(m, {ends})")
            else:
                wires.append(f"{self._port(sink)}.eq({self._port(source)})")
        return out

    def _is_stream(self, connection: Connection) -> bool:
        owner, port = connection.source
        unit = self.unit.instances[owner].unit if owner else self.unit
        return unit.signals[port].kind.endswith("stream")

    def _port(self, end: tuple[str, str]) -> str:
        owner, port = end
        return f"{self.names.locals[owner] if owner else 'self'}.{port}"

    def _interface(self, end: tuple[str, str]) -> str:
        """A stream as `connect` wants it: a port of the unit itself is seen from inside."""
        if end[0]:
            return self._port(end)
        self.imports.use("amaranth.lib.wiring", "flipped")
        return f"flipped({self._port(end)})"
