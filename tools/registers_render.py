"""What is written from the register map: Python constants, a page, a C header, a unit of tables."""

from __future__ import annotations

import tempfile
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from spikewright.tools.registers import Field, Map, Register

__all__ = ["c_header", "constants", "page", "unit"]

_ORIGIN = "Generated from registers.rdl: do not edit, change the description."
_BITS = 32
_COMMAND = "Written by: spikewright generate"


def _origin(registers: Map) -> list[str]:
    return [_ORIGIN, _COMMAND, f"Description: {registers.digest}"]


def constants(registers: Map) -> str:
    """The Python constants."""
    enums = {f.choices_name: f for r in registers.registers for f in r.fields if f.choices}
    fields = [(r, f) for r in registers.registers for f in r.fields]
    names = [f"{r.name}_{f.name}".upper() for r, f in fields]
    public = sorted([*names, "BYTES", "Field", "Register", *enums], key=_sorting)
    lines = [f'"""{_ORIGIN}', "", *_origin(registers)[1:], '"""', ""]
    lines += ["from enum import IntEnum", "from typing import NamedTuple", ""]
    lines += ["__all__ = [", *(f'    "{n}",' for n in public), "]", "", "", *_FIELD, "", ""]
    lines += [
        "class Register(IntEnum):",
        '    """Byte offsets; of an array, that of its first word."""',
        "",
    ]
    lines += [f"    {r.name} = 0x{r.offset:03X}" for r in registers.registers]
    for name, field in enums.items():
        lines += [
            "",
            "",
            f"class {name}(IntEnum):",
            f'    """Values of the field `{field.name}`."""',
            "",
        ]
        lines += [f"    {c.name} = {c.value}" for c in field.choices]
    last = registers.registers[-1]
    lines += [
        "",
        "",
        f"BYTES = 0x{last.offset + 4 * last.words:03X}",
        '"""Bytes of the whole map."""',
        "",
    ]
    for name, (_, field) in zip(names, fields, strict=True):
        reset = "" if field.reset is None else f", 0x{field.reset:X}"
        lines.append(f"{name} = Field({field.low}, {field.width}{reset})")
    return "\n".join(lines) + "\n"


def _sorting(name: str) -> tuple[int, str]:
    """Order of `__all__`: constants, classes, the rest."""
    return (0 if name.isupper() else 1, name)


_FIELD = '''class Field(NamedTuple):
    """Bits of a register; `reset` is their value after reset, or their only one."""

    low: int
    width: int
    reset: int = 0

    @property
    def mask(self) -> int:
        """The bits in place."""
        return ((1 << self.width) - 1) << self.low

    def of(self, word: int) -> int:
        """The field's value in a register's word."""
        return (word & self.mask) >> self.low

    def word(self, value: int) -> int:
        """A register's word in which only this field is set."""
        return (value << self.low) & self.mask'''.splitlines()


def page(registers: Map) -> str:
    """The documentation page."""
    lines = ["<!--", *_origin(registers), "-->", f"# {registers.title}: registers", ""]
    lines += [*_wrapped(registers.text), ""]
    lines += ["| offset | register | what |", "|---|---|---|"]
    lines += [
        f"| {_place(r)} | [{r.name}](#{r.name.lower()}) | {r.text} |" for r in registers.registers
    ]
    for register in registers.registers:
        lines += [
            "",
            f"## {register.name}",
            "",
            *_wrapped(f"{_place(register)}. {register.text}"),
            "",
        ]
        lines += ["| bits | field | access | reset | what |", "|---|---|---|---|---|"]
        lines += [_row(field) for field in register.fields]
        for field in register.fields:
            if field.choices:
                lines += ["", f"| {field.name} | name | what |", "|---|---|---|"]
                lines += [f"| {c.value} | {c.name} | {c.text} |" for c in field.choices]
    return "\n".join(lines) + "\n"


def _wrapped(text: str) -> list[str]:
    return textwrap.wrap(text, 100)


def _place(register: Register) -> str:
    return f"0x{register.offset:03X}" + (f" + 4 i, i < {register.count}" if register.count else "")


def _row(field: Field) -> str:
    high = field.low + field.width - 1
    bits = f"{high}" if field.width == 1 else f"{high}:{field.low}"
    reset = "" if field.reset is None else f"{field.reset:#x}"
    return f"| {bits} | {field.name} | {field.access} | {reset} | {field.text} |"


def c_header(registers: Map) -> str:
    """The C header: offsets as a struct, a mask, place and width for each field."""
    from peakrdl_cheader.exporter import CHeaderExporter

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "spikewright.h"
        CHeaderExporter().export(registers.top, str(path))
        text = path.read_text(encoding="utf-8")
    choices = [
        f"#define SPIKEWRIGHT__{field.choices_name.upper()}__{c.name} {c.value}"
        for r in registers.registers
        for field in r.fields
        for c in field.choices
    ]
    head = "".join(f"// {line}\n" for line in _origin(registers))
    start = "// reg - spikewright::ID\n"
    assert text.count(start) == 1
    return head + text.replace(start, "\n".join(choices) + "\n\n" + start)


def unit(registers: Map) -> str:
    """The unit of constants and types that the tables of the hardware use."""
    origin = _origin(registers)
    lines = ["# registers", "", *_wrapped(" ".join(origin[:2])), "", origin[2], ""]
    lines += ["## Parameters", "| name | value | meaning |", "|---|---|---|"]
    for r in registers.registers:
        # Not bare numbers, which would be parameters of every unit that uses them.
        lines.append(
            f"| {r.name}_AT | 4 * {r.offset // 4} | {r.text.partition('. ')[0].rstrip('.')} |"
        )
        fixed = None if any(f.reset is None for f in r.fields) else _reset(r)
        if r.constant and fixed is not None:
            lines.append(f"| {r.name}_VALUE | 0 + {fixed:#x} | its value |")
        if r.writable:
            lines.append(
                f"| {r.name}_UNKNOWN | 0xffffffff - {r.writable:#x} | bits that it has not |"
            )
    lines += ["", "## Types", "| name | definition | meaning |", "|---|---|---|"]
    for r in registers.registers:
        if len(r.fields) > 1:
            name = r.name.title().replace("_", "")
            lines.append(f"| {name} | struct({', '.join(_members(r))}) | the register {r.name} |")
    return "\n".join(lines) + "\n"


def _reset(register: Register) -> int:
    return sum((f.reset or 0) << f.low for f in register.fields)


def _members(register: Register) -> list[str]:
    members, at = [], 0
    for field in sorted(register.fields, key=lambda f: f.low):
        if field.low > at:
            members.append(f"gap_{at}: unsigned({field.low - at})")
        members.append(f"{field.name}: unsigned({field.width})")
        at = field.low + field.width
    return members + ([f"gap_{at}: unsigned({_BITS - at})"] if at < _BITS else [])
