"""What a confined process cannot do, and that sources cannot make the elaborator do it either."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from spikewright.lct.front.confine import Confined, Limits
from spikewright.lct.front.load import Elaborator, load_verilog
from spikewright.lct.front.refusal import Refused
from spikewright.lct.front.sandbox import LAYERS

Refuse = Callable[..., tuple[str, str]]
SECRET = "a89f3_nobody_reads_this"

PROBE = """
import os, resource, socket, subprocess, sys
def attempt(name, action):
    try:
        action()
    except BaseException as error:
        print(name, type(error).__name__, flush=True)
    else:
        print(name, "done", flush=True)
secret = {secret!r}
attempt("read secret", lambda: open(secret).read())
attempt("read passwords", lambda: open("/etc/passwd").read())
attempt("list home", lambda: os.listdir(os.path.dirname(secret)))
attempt("link", lambda: open(os.symlink(secret, "link") or "link").read())
attempt("write outside", lambda: open(secret + ".new", "w"))
attempt("remove", lambda: os.remove(secret))
attempt("socket", lambda: socket.socket())
attempt("fork", os.fork)
attempt("start a program", lambda: subprocess.run(["/bin/true"]))
attempt("signal", lambda: os.kill(os.getppid(), 0))
attempt("memory", lambda: bytearray(1 << 32))
attempt("raise a limit", lambda: resource.setrlimit(resource.RLIMIT_AS, (1 << 40, 1 << 40)))
attempt("large file", lambda: open("large", "wb").write(bytes(3 << 20)))
attempt("write here", lambda: open("small", "w").write("1"))
attempt("package", lambda: __import__("amaranth.hdl"))
attempt("keys", lambda: os.environ["SPIKEWRIGHT_TEST_KEY"])
"""


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    path = tmp_path / "home" / "secret.txt"
    path.parent.mkdir()
    path.write_text(SECRET)
    return path


def probe(folder: Path, secret: Path, **options: Any) -> tuple[list[str], tuple[str, ...]]:
    """What became of each attempt, and the layers."""
    folder.mkdir(exist_ok=True)
    (folder / "probe.py").write_text(PROBE.format(secret=str(secret)))
    process = Confined("probe.py", folder, (), Limits(memory=1024, file=2), **options)
    lines = []
    while line := process.line():
        lines.append(line.strip())
    assert process.end() == 0
    return lines, process.layers


@pytest.mark.parametrize("without", [(), ("namespaces",), ("files",)], ids=str)
def test_nothing_gets_out(
    tmp_path: Path, secret: Path, monkeypatch: pytest.MonkeyPatch, without: tuple[str, ...]
) -> None:
    monkeypatch.setenv("SPIKEWRIGHT_TEST_KEY", "key")
    lines, layers = probe(tmp_path / "folder", secret, without=without)
    if not {"files", "namespaces"} & set(layers) or "system calls" not in layers:
        pytest.skip(f"this system has only {layers}")
    # What has a root of its own does not see the file, Landlock does not let it read.
    hidden = "FileNotFoundError" if "namespaces" in layers else "PermissionError"
    assert lines == [
        f"read secret {hidden}",
        f"read passwords {hidden}",
        f"list home {hidden}",
        f"link {hidden}",
        f"write outside {hidden}",
        f"remove {hidden}",
        "socket PermissionError",
        "fork PermissionError",
        "start a program PermissionError",
        "signal PermissionError",
        "memory MemoryError",
        "raise a limit ValueError",
        "large file OSError",
        "write here done",
        "package done",
        "keys KeyError",
    ]
    assert secret.read_text() == SECRET
    assert not list(secret.parent.glob("*.new"))


def test_a_hole_is_seen(tmp_path: Path, secret: Path) -> None:
    """Without both layers that hide files the probe reads the secret: it can."""
    lines, _ = probe(tmp_path / "folder", secret, without=("namespaces", "files"))
    assert "read secret done" in lines
    assert "write outside done" in lines
    assert not secret.exists()


def test_only_the_files_that_are_named(tmp_path: Path) -> None:
    """The folder itself cannot be filled, nor a result be made a link."""
    (tmp_path / "writes.py").write_text(
        "import os\n"
        "for act in (lambda: open('result', 'w').write('1'), lambda: open('more', 'w'),\n"
        "            lambda: os.symlink('/etc/passwd', 'more'), lambda: os.remove('result'),\n"
        "            lambda: os.rename('result', 'more'), lambda: os.mkfifo('more')):\n"
        "    try:\n        act()\n"
        "    except OSError as error:\n        print(type(error).__name__, error.errno)\n"
        "    else:\n        print('done')\n"
    )
    process = Confined("writes.py", tmp_path, writes=("result",))
    lines = [process.line().strip() for _ in range(6)]
    assert process.wait() == 0
    assert lines[0] == "done"
    assert all(line.startswith(("OSError 30", "PermissionError")) for line in lines[1:]), lines
    assert (tmp_path / "result").read_text() == "1"
    assert not (tmp_path / "more").exists()


def test_what_it_prints_is_bounded(tmp_path: Path) -> None:
    (tmp_path / "prints.py").write_text("while True:\n    print('x' * 4096, end='')\n")
    process = Confined("prints.py", tmp_path, (), Limits(output=1))
    with pytest.raises(OverflowError, match=r"^more than 1 MiB of text$"):
        process.wait()
    assert process.end() < 0


def test_endless(tmp_path: Path) -> None:
    (tmp_path / "endless.py").write_text("while True:\n    pass\n")
    process = Confined("endless.py", tmp_path, (), Limits(seconds=0.5))
    with pytest.raises(TimeoutError, match=r"^longer than 0\.5 seconds$"):
        process.wait()
    assert process.end() < 0


def test_status(tmp_path: Path) -> None:
    (tmp_path / "status.py").write_text("print('text')\nraise SystemExit(3)\n")
    assert Confined("status.py", tmp_path).wait() == 3


def test_layers(elaborator: Elaborator) -> None:
    assert set(elaborator.layers) <= set(LAYERS)
    assert "limits" in elaborator.layers


MODULE = (
    "module m(input [1:0] a, output [7:0] y); reg [7:0] r [0:3];\n{}\nassign y = r[a]; endmodule"
)


@pytest.mark.parametrize(
    ("text", "rule", "sentence"),
    [
        (
            MODULE.format('initial $readmemh("{secret}", r);'), "hardware",
            "f.sv:2:9: hardware has no system task $readmemh",
        ),
        (
            "`define J(a, b) a``b\n" + MODULE.format('initial `J($read, memh)("{secret}", r);'),
            "macro", "f.sv:1:18: a macro is whole names, not names pasted together",
        ),
        (
            MODULE.format("initial begin r[0] = $fopen(\"{secret}\"); end"), "hardware",
            "f.sv:2:22: hardware has no system task $fopen",
        ),
        (
            MODULE.format('initial $system("touch {secret}.new");'), "hardware",
            "f.sv:2:9: hardware has no system task $system",
        ),
        (
            '`include "{secret}"\nmodule m; endmodule', "include",
            "f.sv:1:1: a file that is included is given too, not `include {secret}",
        ),
        (
            '`include "../home/secret.txt"\nmodule m; endmodule', "include",
            "f.sv:1:1: a file that is included is given too, not `include ../home/secret.txt",
        ),
        (
            '`define F "{secret}"\n`include `F\nmodule m; endmodule', "include",
            "f.sv:2:1: a file that is included is given too, not `include",
        ),
    ],
)  # fmt: skip
def test_files(refused: Refuse, secret: Path, text: str, rule: str, sentence: str) -> None:
    assert refused(text.replace("{secret}", str(secret))) == (
        rule,
        sentence.replace("{secret}", str(secret)),
    )
    assert list(secret.parent.iterdir()) == [secret]


def test_files_without_the_scan(
    secret: Path, refused: Refuse, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Were a trick to pass the text's check, the process could still not read the file."""
    monkeypatch.setattr("spikewright.lct.front.load.CHECKS", ())
    for trick in (MODULE.format(f'initial $readmemh("{secret}", r);'), f'`include "{secret}"\n'):
        rule, sentence = refused(trick)
        assert SECRET not in sentence
        assert rule in ("missing", "syntax", "hardware")
        assert re.search("ermission denied|[Nn]o such file|open", sentence)


@pytest.mark.parametrize(
    ("text", "rule", "sentence"),
    [
        (
            "module m(input a);\ngenvar i; for (i = 0; i >= 0; i++) begin wire t; end endmodule",
            "size", "f.sv:2:11: generate loop hit maximum step limit; possible infinite loop?",
        ),
        (
            "module m(input a, output y);\nreg [2**30:0] r; assign y = r[5] & a; endmodule", "size",
            "f.sv:2:6: packed type of 1073741825 bits is too large; maximum width is 16777215 bits",
        ),
        (
            "module m(input [29:0] a, output [63:0] y);\nreg [63:0] r[0:2**30-1]; assign y = r[a]; "
            "endmodule",
            "size", "f.sv:2:13: object size exceeds implementation limit of 2^31 bytes",
        ),
        (
            "module m(input a, output y);\nm u(a, y); endmodule", "missing",
            "f.sv: one module is the top, not none",
        ),
        (
            "module m #(parameter N = 1) (input a, output y);\nm #(N + 1) u(a, y); endmodule\n"
            "module t(input a, output y); m u(a, y); endmodule",
            "size", "f.sv:2:12: module instantiation exceeded maximum depth of 128",
        ),
        (
            "module m(input [3:0] a, output reg y);\nalways @* begin y = 0; while (a != 0) y = ~y; "
            "end endmodule",
            "size", "f.sv:2:24: unroll limit of 4000 exhausted",
        ),
        (
            "module m(input a, output reg y);\nalways @* unique case (a) 1: "
            + "if (a) " * 5_000 + "y = 1; endcase endmodule",
            "size", "f.sv: statements are nested less deeply",
        ),
        ("//" + "x" * (9 << 20), "size", "f.sv: sources have at most 8 MiB, not more"),
        (
            "module m(input a, output y);\nassign y = a;\n" + "\n" * 1_000_000 + "assign y = z;\n"
            "endmodule",
            "undeclared", "f.sv:1000003:12: use of undeclared identifier 'z'",
        ),
        (
            "module m(input clk, input [22:0] a, output reg y);\nreg [0:0] r[0:2**23-1];\n"
            "always @(posedge clk) begin y <= r[a]; r[a] <= y; end endmodule",
            "memory", "f.sv:2:11: memory r has at most 1,048,576 bits, not 8,388,608",
        ),
    ],
    ids=range(10),
)  # fmt: skip
def test_bombs(refused: Refuse, text: str, rule: str, sentence: str) -> None:
    start = time.monotonic()
    assert refused(text) == (rule, sentence)
    assert time.monotonic() - start < 20


def test_memory_is_bounded() -> None:
    """A netlist of millions of bits ends in a sentence, not in a full machine."""
    text = (
        "module m(input [4000000:0] a, input [5:0] s, output [4000000:0] y);\n"
        "assign y = (a >> s) ^ (a << s); endmodule"
    )
    sentence = r"^f\.sv: elaboration takes at most 400 MiB of memory, not more$"
    with Elaborator(30.0) as process:
        process.limits = Limits(seconds=30.0, memory=400)
        with pytest.raises(Refused, match=sentence):
            load_verilog({"f.sv": text}, elaborator=process)


def test_names_of_files(elaborator: Elaborator) -> None:
    text = "module m(input a, output y); assign y = a; endmodule"
    with pytest.raises(Refused, match=r"^b/f\.sv: names of files differ, not f\.sv twice$"):
        load_verilog({"a/f.sv": text, "b/f.sv": text}, elaborator=elaborator)
    for top in ("m; exec touch x", "m -f /etc/passwd"):
        with pytest.raises(Refused, match=r": a module or parameter is a plain name$"):
            load_verilog({"f.sv": text}, top, elaborator=elaborator)
    assert load_verilog({"../../f g;.sv": text}, elaborator=elaborator).outputs == {"y": 1}
