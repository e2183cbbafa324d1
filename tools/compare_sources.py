"""What `compare-lct` holds against each other: tables and HDL, as users name them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from spikewright.lct.compare import (
    Comparison,
    Options,
    compare_design,
    compare_structure,
    compare_units,
)
from spikewright.lct.compare.composition import cut_of, flat_unit
from spikewright.lct.front.design import Design
from spikewright.lct.front.elaborator import Elaborator
from spikewright.lct.front.load import load_component, load_verilog
from spikewright.lct.front.source import load_source
from spikewright.lct.ir import Unit
from spikewright.lct.library import SUFFIX, Library
from spikewright.lct.load import make_component
from spikewright.tools.errors import UserError

__all__ = ["Job", "compare", "every_unit", "is_table", "resolve"]


@dataclass(frozen=True)
class Job:
    """Two sides that were read, the specification first."""

    unit: Unit
    other: Unit | Design
    options: Options


def is_table(name: str) -> bool:
    """Whether a name means a table: a unit of the project, or a file of one."""
    return name.endswith(SUFFIX) or name in Library().names()


def _table(name: str, values: Mapping[str, int]) -> Unit:
    library, unit = Library(), name
    if name.endswith(SUFFIX):
        path = Path(name)
        if not path.is_file():
            raise UserError(f"There is no file {path}.")
        library, unit = Library(path.resolve().parent), path.name.removesuffix(SUFFIX)
    found = library.unit(unit, values)
    if found.kind not in ("logic", "structure"):
        raise UserError(f"Only units with logic tables are compared, and {unit} has none.")
    return found


def resolve(
    left: str,
    right: str,
    options: Options,
    values: Mapping[str, int],
    given: Mapping[str, int],
) -> Job:
    """Read both sides.

    Parameters
    ----------
    values : mapping of str to int
        Parameters of tables, by lower-case name.
    given : mapping of str to int
        Parameters of HDL: as they are for Verilog, in lower case for Amaranth.

    Raises
    ------
    UserError
        Neither side is a table, one is no unit of logic or of instances, or a unit of instances is
        to be held against a table.
    """
    if not is_table(left):
        left, right = right, left
    if not is_table(left):
        raise UserError(f"One side must be a unit or NAME{SUFFIX}, not both of {right} and {left}.")
    unit = _table(left, values)
    if is_table(right):
        other = _table(right, values)
        for side in (unit, other):
            if side.kind == "structure":
                raise UserError(f"{side.name} has instances, so it is compared with HDL only.")
        return Job(unit, other, options)
    if unit.kind == "structure" and options.reachable:
        raise UserError(f"--reachable takes a unit of logic tables, and {unit.name} has none.")
    python = right.rpartition(":")[0].endswith(".py")
    file, _, top = (right, "", "") if python else right.partition(":")
    design = load_source(
        file,
        top=top,
        parameters={n.lower(): v for n, v in given.items()} if python else given,
        prefer=options.mapping.prefer(flat_unit(unit)),
        reset=options.mapping.reset,
        cut=cut_of(unit),
    )
    return Job(unit, design, options)


def compare(job: Job) -> Comparison:
    """Compare the two sides."""
    if isinstance(job.other, Unit):
        return compare_units(job.unit, job.other, job.options)
    if job.unit.kind == "structure":
        return compare_structure(job.unit, job.other, job.options)
    return compare_design(job.unit, job.other, job.options)


def every_unit(
    options: Options, values: Mapping[str, int], names: Sequence[str]
) -> Iterator[tuple[str, Job]]:
    """Each unit of logic or instances against its compiled Amaranth, and that as Verilog."""
    library = Library()
    with Elaborator() as elaborator:
        for name in names:
            unit = library.unit(name, values)
            component = make_component(name, library, values)
            prefer, cut = options.mapping.prefer(flat_unit(unit)), cut_of(unit)
            design = load_component(component, name, prefer=prefer, elaborator=elaborator, cut=cut)
            yield "amaranth", Job(unit, design, options)
            text = {f"{name}.v": design.verilog[0]}
            design = load_verilog(text, name, prefer=prefer, elaborator=elaborator, cut=cut)
            yield "verilog", Job(unit, design, options)
