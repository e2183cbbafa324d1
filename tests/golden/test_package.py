"""The model stands alone: numpy and the standard library, and every public name is listed."""

import ast
import importlib
import subprocess
import sys
from pathlib import Path

import pytest

import spikewright.golden

FOLDER = Path(spikewright.golden.__file__).parent
FILES = sorted(FOLDER.glob("*.py"))
ALLOWED = {"numpy", *sys.stdlib_module_names} - {"pickle", "marshal", "ctypes", "subprocess"}
COMPILER = {"numba", "llvmlite"}  # of the fast engine, which loads when it is asked for


def imported(source: str) -> set[str]:
    """Return what a module imports: the first part of the name, or two of our own."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        if isinstance(node, ast.ImportFrom):
            names.add("." * node.level + (node.module or ""))
    return {
        ".".join(name.split(".")[:2]) if name.startswith("spikewright") else name.split(".")[0]
        for name in names
    }


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_imports(file: Path) -> None:
    foreign = imported(file.read_text(encoding="utf-8")) - ALLOWED - {"spikewright.golden"}
    assert not foreign - (COMPILER if file.stem.startswith("fast_") else set())


def test_the_compiler_is_not_loaded_before_it_is_needed() -> None:
    check = "import sys, spikewright.golden; sys.exit('numba' in sys.modules)"
    subprocess.run([sys.executable, "-c", check], check=True)


def test_the_reader_of_imports_sees_foreign_ones() -> None:
    source = "def f():\n    import amaranth.lib\n    from spikewright.hdl.core import x\n"
    assert imported(source) == {"amaranth", "spikewright.hdl"}


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_every_module_lists_its_public_names(file: Path) -> None:
    stem = "" if file.stem == "__init__" else f".{file.stem}"
    module = importlib.import_module(f"spikewright.golden{stem}")
    assert len(set(module.__all__)) == len(module.__all__)
    assert all(hasattr(module, name) for name in module.__all__)
