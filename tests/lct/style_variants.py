"""The hand-written variants of the units in `styles`, and what is known of them."""

import importlib.util
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from spikewright.lct.compile import class_name
from spikewright.lct.front.design import Design
from spikewright.lct.front.load import Elaborator, load_component, load_verilog
from spikewright.lct.ir import Unit
from spikewright.lct.library import Library

FOLDER = Path(__file__).parent / "styles"


@dataclass(frozen=True, kw_only=True)
class Variant:
    """One file, and its entry in the manifest.

    Attributes
    ----------
    style : str
        How it is written; of a near miss, the slip.
    parameters : dict of str to int
        Of the table and the HDL.
    recoded : bool
        Its state has other names or another code than the table's, or is the table's only where a
        run from reset comes: it is compared from reset.
    reset : str
        As `load_verilog` takes it.
    kind : str
        What the comparison should call the difference, where that is clear.
    refused : str
        The rule by which the front end refuses it.
    simulator : str
        ``icarus``, or ``verilator`` where Icarus 11 cannot read it.
    truth : list of str
        How it was found out, without the comparison, whether it is equal: ``walk`` and ``jump``
        (simulation against the table as software, from reset and from any state), ``yosys`` (its
        own proof against the compiled table), ``reading`` (a fault that no simulation shows: a
        broken promise of ``unique``).
    """

    name: str
    path: Path
    equal: bool
    unit: str
    style: str
    parameters: dict[str, int] = field(default_factory=dict)
    recoded: bool = False
    reset: str = ""
    kind: str = ""
    refused: str = ""
    simulator: str = "icarus"
    truth: list[str] = field(default_factory=list)

    def table(self, library: Library) -> Unit:
        """The unit that it implements, or nearly does."""
        return library.unit(self.unit, self.parameters)

    def design(self, library: Library, elaborator: Elaborator | None = None) -> Design:
        """Elaborate it."""
        prefer = [s.name for s in self.table(library).by_role("register")]
        if self.path.suffix == ".py":
            return load_component(self.component(), self.unit, prefer=prefer, elaborator=elaborator)
        return load_verilog(
            [self.path], self.unit, prefer=prefer, reset=self.reset, elaborator=elaborator
        )

    def component(self) -> Any:
        """Import an Amaranth variant and make the component."""
        spec = importlib.util.spec_from_file_location(f"style_{self.name}", self.path)
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return getattr(module, class_name(self.unit))()


def variants() -> list[Variant]:
    """All variants, by kind and name."""
    return sorted(_read(), key=lambda v: (not v.equal, v.name))


def _read() -> Iterator[Variant]:
    manifest = tomllib.loads((FOLDER / "manifest.toml").read_text(encoding="utf-8"))
    for folder, equal in (("equal", True), ("near", False)):
        entries = manifest[folder]
        files = {p.stem: p for p in (FOLDER / folder).iterdir() if p.suffix in (".v", ".sv", ".py")}
        assert set(entries) == set(files), sorted(set(entries) ^ set(files))
        for name, entry in entries.items():
            yield Variant(name=name, path=files[name], equal=equal, **entry)
