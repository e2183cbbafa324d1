"""From sources to a `Design`."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

from spikewright.lct.front import worker
from spikewright.lct.front.build import build_design
from spikewright.lct.front.design import Design
from spikewright.lct.front.netlist import Netlist
from spikewright.lct.front.refusal import Refused

__all__ = ["Elaborator", "load_component", "load_verilog"]

# Names that Verilog from yosys has for wires without a name; the front end's own begin like this.
_HIDDEN = re.compile(r"\\\$(?=\S)")

SECONDS = 60.0
"""For one elaboration."""


class Elaborator:
    """A confined process that elaborates one request after the other."""

    def __init__(self, seconds: float = SECONDS) -> None:
        self.seconds = seconds
        self._process: subprocess.Popen[str] | None = None

    def __enter__(self) -> Elaborator:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the process."""
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
            self._process = None

    def elaborate(self, folder: Path, request: Mapping[str, Any]) -> Netlist:
        """Return the netlist of sources that lie in a folder.

        Raises
        ------
        Refused
            With the tool's reason.
        """
        if self._process is None:
            self._process = subprocess.Popen(
                [sys.executable, "-m", worker.__name__],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                text=True,
            )
        process = self._process
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(json.dumps({"folder": str(folder), **request}) + "\n")
        process.stdin.flush()
        answer = process.stdout.readline()
        if not answer:
            self.close()
            raise _reason(folder)
        modules = json.loads((folder / worker.NETLIST).read_text(encoding="utf-8"))["modules"]
        tops = [n for n, m in modules.items() if "top" in m["attributes"]] or list(modules)
        return Netlist.from_json(tops[0], modules[tops[0]])


def _reason(folder: Path) -> Refused:
    log = folder / worker.LOG
    text = log.read_text(encoding="utf-8", errors="replace") if log.is_file() else ""
    for line in text.splitlines():
        found = re.match(r"(?:(\S+?:\d+:\d+): )?(?:error|ERROR): (.*)", line)
        if found:
            return Refused("syntax", found[1] or "", found[2])
    return Refused("syntax", "", "elaboration ended without a reason")


def load_verilog(
    sources: Mapping[str, str] | Sequence[Path],
    top: str = "",
    *,
    parameters: Mapping[str, int] | None = None,
    prefer: Collection[str] = (),
    reset: str = "",
    elaborator: Elaborator | None = None,
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

    Raises
    ------
    Refused
        The sources have no exact meaning, see the class.
    """
    if not isinstance(sources, Mapping):
        sources = {path.name: path.read_text(encoding="utf-8") for path in sources}
    texts = {name: _HIDDEN.sub(r"\\_$", text) for name, text in sources.items()}
    request = {"language": "verilog", "top": top, "parameters": dict(parameters or {})}
    netlist = _elaborate(texts, request, elaborator)
    return build_design(netlist, "verilog", tuple(sources.values()), prefer, reset)


def load_component(
    component: object,
    name: str = "top",
    *,
    prefer: Collection[str] = (),
    elaborator: Elaborator | None = None,
) -> Design:
    """Elaborate an Amaranth component."""
    from amaranth.back import rtlil, verilog

    text = rtlil.convert(component, name=name)
    request = {"language": "rtlil", "top": name, "parameters": {}}
    netlist = _elaborate({f"{name}.il": text}, request, elaborator)
    source = verilog.convert(component, name=name, emit_src=False)
    return build_design(netlist, "amaranth", (source,), prefer, "")


def _elaborate(
    sources: Mapping[str, str], request: dict[str, Any], elaborator: Elaborator | None
) -> Netlist:
    with tempfile.TemporaryDirectory() as folder:
        for name, text in sources.items():
            (Path(folder) / name).write_text(text, encoding="utf-8")
        request["files"] = list(sources)
        if elaborator is not None:
            return elaborator.elaborate(Path(folder), request)
        with Elaborator() as own:
            return own.elaborate(Path(folder), request)
