"""The confined process that elaborates HDL: one request a line on stdin, one answer on stdout.

Yosys ends its process at an error, so a request without an answer is one that it refused; why is
in the files of the request's folder.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

from spikewright.lct.front.prepare import prepare
from spikewright.lct.front.refusal import Refused

__all__ = ["DIAGNOSES", "LOG", "NETLIST", "REFUSED", "VERILOG", "main"]

REFUSED = "refused.json"
LOG, NETLIST, DIAGNOSES, VERILOG = "yosys.log", "netlist.json", "diagnoses.json", "netlist.v"


def commands(request: dict[str, Any]) -> list[str]:
    """The passes: nothing among them optimises, for an optimiser chooses what x is."""
    top, files = request["top"], request["files"]
    if request["language"] == "rtlil":
        read = [f"read_rtlil {files[0]}"]
    else:
        names = [f"-G {name}={value}" for name, value in request["parameters"].items()]
        choice = ["--top", top] if top else []
        options = [
            f"-j 1 --single-unit --ignore-assertions --diag-json {DIAGNOSES}",
            "-Wport-width-expand -Wport-width-trunc -Wcase-dup -Wcase-overlap",
        ]
        read = [" ".join(["read_slang", *options, *choice, *names, *files])]
    if request.get("write") == "verilog":
        return [*read, "proc -nomux -norom", "memory_collect", f"write_verilog -norename {VERILOG}"]
    return [
        *read,
        f"hierarchy -check {f'-top {top}' if top else '-auto-top'}",
        "proc -noopt",
        "flatten -noscopeinfo",
        "memory_collect",
        "dffunmap",
        f"write_json {NETLIST}",
    ]


def main() -> None:
    """Answer requests until stdin ends."""
    from pyosys import libyosys

    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    home = Path.cwd()
    for line in sys.stdin:
        request = json.loads(line)
        os.chdir(home / request["folder"])
        log = os.open(LOG, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        os.dup2(log, 1)
        os.dup2(log, 2)
        os.close(log)
        if _prepare(request):
            design = libyosys.Design()
            for command in commands(request):
                libyosys.run_pass(command, design)
        answers.write("done\n")
        answers.flush()


def _prepare(request: dict[str, Any]) -> bool:
    """Check and change the texts of Verilog; whether they are to be elaborated."""
    if request["language"] != "verilog":
        return True
    paths = {name: Path(plain) for plain, name in request["names"].items()}
    sources = {name: path.read_bytes().decode() for name, path in paths.items()}
    try:
        texts = prepare(sources, request.get("checks", ()))
    except Refused as refused:
        found = {"rule": refused.rule, "place": refused.place, "sentence": refused.sentence}
        Path(REFUSED).write_text(json.dumps(found))
        return False
    for name, text in texts.items():
        paths[name].write_bytes(text.encode())
    return True


if __name__ == "__main__":
    main()
