"""The register map: what is written from it is up to date, and says what the description says."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from spikewright.hdl import register_map
from spikewright.tools import registers as module
from spikewright.tools.errors import UserError
from spikewright.tools.registers import ROOT, generate_registers, read_registers

FILES = ["register_map.py", "registers.md", "registers.xml", "spikewright.h", "registers.lct.md"]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Return a folder with the description and what is written from it."""
    for name in (module.DESCRIPTION, *module.FILES):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / name)
    return tmp_path


def change(root: Path, old: str, new: str) -> None:
    path = root / module.DESCRIPTION
    text = path.read_text()
    assert text.count(old) == 1
    path.write_text(text.replace(old, new))


def test_the_files_agree_with_the_description() -> None:
    assert generate_registers(check=True) == []


def test_a_changed_description_changes_every_file(root: Path) -> None:
    change(root, "} TICK @ 0x1C;", "} TICK @ 0x44;")
    assert [c.path.name for c in generate_registers(check=True, root=root)] == FILES
    assert len(generate_registers(root=root)) == len(FILES)
    assert "    TICK = 0x044\n" in (root / "hdl/register_map.py").read_text()
    assert "| TICK_AT | 4 * 17 |" in (root / "lct/units/registers.lct.md").read_text()
    assert "| 0x044 | [TICK](#tick) |" in (root / "hdl/registers.md").read_text()
    assert "SPIKES_OUT;\n    uint32_t TICK;" in (root / "hdl/spikewright.h").read_text()
    assert generate_registers(check=True, root=root) == []


@pytest.mark.parametrize("name", module.FILES)
def test_a_file_that_somebody_edits_is_found(root: Path, name: str) -> None:
    (root / name).write_text((root / name).read_text().replace("CONTROL", "CONTROLS", 1))
    assert [c.path for c in generate_registers(check=True, root=root)] == [root / name]


def test_a_description_with_an_error_is_refused(root: Path) -> None:
    change(root, "period[32] = 1", "period[33] = 1")
    with pytest.raises(UserError, match=r"registers\.rdl must compile: .*") as caught:
        generate_registers(root=root)
    assert "registers.rdl:" in str(caught.value)


def test_without_the_compiler_the_digest_tells(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "systemrdl.compiler", None)
    monkeypatch.setattr(module, "_compiler", lambda: False)
    assert generate_registers(check=True, root=root) == []
    change(root, "The letters SPWK.", "Four letters.")
    with pytest.raises(UserError) as caught:
        generate_registers(check=True, root=root)
    assert str(caught.value) == (
        "registers.rdl is newer than the files written from it, and systemrdl-compiler must be "
        "installed to write them again: pip install systemrdl-compiler peakrdl-cheader"
    )


def test_python_constants_are_those_of_the_description() -> None:
    registers = read_registers().registers
    assert {r.name: r.offset for r in registers} == {r.name: r.value for r in register_map.Register}
    for register in registers:
        for field in register.fields:
            found = getattr(register_map, f"{register.name}_{field.name}".upper())
            assert (found.low, found.width, found.reset) == (
                field.low,
                field.width,
                field.reset or 0,
            )
            assert found.of(found.word(1)) == 1
    assert register_map.BYTES == 0x300
    assert register_map.Command.READ == 2
    assert register_map.Space.SEED == 4
    assert register_map.ID_ID.reset == int.from_bytes(b"SPWK", "big")


def test_the_header_compiles(tmp_path: Path) -> None:
    source = tmp_path / "try.c"
    source.write_text(
        '#include <stddef.h>\n#include "spikewright.h"\n'
        '_Static_assert(offsetof(spikewright_t, CFG_COMMAND) == 0x8c, "place");\n'
        '_Static_assert(SPIKEWRIGHT__ERRORS__ACCESS_bm == 0x40, "mask");\n'
        '_Static_assert(SPIKEWRIGHT__COMMAND__READ == 2, "choice");\n'
    )
    command = ["gcc", "-std=c11", "-Wall", "-Werror", "-c", "try.c", f"-I{ROOT / 'hdl'}"]
    assert subprocess.run(command, cwd=tmp_path, check=False).returncode == 0
