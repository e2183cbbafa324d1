"""A self-checking test bench in plain Verilog: recorded vectors, and no Python to run them.

The bench reads two files with ``$readmemh``, sets a row of inputs, compares every output bit with
``!==``, so that x is a difference too, and raises the clock. It writes its verdict to a file and
ends with ``$fatal`` where anything differed.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from .errors import ToolError
from .ports import Port
from .toolchain import require_icarus
from .vector_rows import Vectors, hex_rows

__all__ = ["RESULT", "Verdict", "bench_files", "read_verdict", "run_icarus"]

RESULT = "result.txt"
"""Where the bench writes its verdict, in the folder that it runs in."""

_BENCH = """\
// Recorded vectors against the module {top}: {rows} clock cycles, every output bit in each of them.
// Prints PASS or FAIL, writes the same to {result}, and ends with $fatal where anything differs.
// Give the files' places with +stimulus=FILE and +expected=FILE where they lie elsewhere.
module {bench};
  localparam ROWS = {rows};
  localparam SETTLED = {settled};  // the outputs of the rows before it are not compared
  localparam SHOWN = 10;  // differences that are told

  reg [{in_top}:0] stimulus [0:ROWS - 1];
  reg [{out_top}:0] expected [0:ROWS - 1];
  reg [8 * 256 - 1:0] stimulus_file;
  reg [8 * 256 - 1:0] expected_file;
  reg clk;
  reg [{in_top}:0] in;
  wire [{out_top}:0] out;
  reg [{out_top}:0] want;
  integer row, wrong, told, file;

  {top} dut (
{connections}
  );
{memory}
  task differ(input [8 * 64 - 1:0] name, input [{widest}:0] got, input [{widest}:0] wanted);
    begin
      if (told < SHOWN) $display("row %0d: %0s is %0h, not %0h", row, name, got, wanted);
      told = told + 1;
    end
  endtask

  initial begin
    if (!$value$plusargs("stimulus=%s", stimulus_file)) stimulus_file = "stimulus.hex";
    if (!$value$plusargs("expected=%s", expected_file)) expected_file = "expected.hex";
    $readmemh(stimulus_file, stimulus);
    $readmemh(expected_file, expected);
    wrong = 0;
    told = 0;
    clk = 0;
    for (row = 0; row < ROWS; row = row + 1) begin
      in = stimulus[row];
      want = expected[row];
      #5;
      // A file that is missing or too short leaves x, which must not pass for a stimulus.
      if (^in === 1'bx || ^want === 1'bx) wrong = wrong + 1;
      if (row >= SETTLED && out !== want) begin
        wrong = wrong + 1;
{compares}
      end
      clk = 1;
      #5;
      clk = 0;
    end
    file = $fopen("{result}", "w");
    if (wrong == 0) begin
      $display("PASS: %0d cycles", ROWS);
      $fdisplay(file, "PASS %0d", ROWS);
      $fclose(file);
      $finish;
    end else begin
      $display("FAIL: %0d of %0d cycles differ", wrong, ROWS);
      $fdisplay(file, "FAIL %0d %0d", wrong, ROWS);
      $fclose(file);
      $fatal(1);
    end
  end
endmodule
"""


_MEMORY = """
  // The network's memories are read when the reset ends, after their own initial blocks.
`define SPIKEWRIGHT_MESH dut.mesh
`define SPIKEWRIGHT_IMAGE "{folder}/"
  always @(negedge in[{reset}]) begin
`include "{folder}/load_image.vh"
  end
"""


def bench_files(vectors: Vectors, bench: str, *, memory: str | None = None) -> dict[str, str]:
    """Return the texts of a bench by file name: ``BENCH.v``, ``stimulus.hex``, ``expected.hex``.

    Parameters
    ----------
    vectors : Vectors
    bench : str
        Name of the bench's module.
    memory : str, optional
        Folder, from where the bench runs, of the memory files of the `mesh` in the module, which
        are read at the end of the reset; see `spikewright load --memory`.
    """
    reset = next((at for name, at in _slices(vectors.inputs) if name == "rst"), "[0:0]")
    loads = (
        "" if memory is None else _MEMORY.format(folder=memory, reset=reset[1:].partition(":")[0])
    )
    text = _BENCH.format(
        top=vectors.top,
        bench=bench,
        rows=vectors.rows,
        settled=vectors.settled,
        result=RESULT,
        in_top=_bits(vectors.inputs) - 1,
        out_top=_bits(vectors.outputs) - 1,
        widest=max(port.width for port in vectors.outputs.values()) - 1,
        memory=loads,
        connections=",\n".join(_connections(vectors)),
        compares="\n".join(_compares(vectors.outputs)),
    )
    return {
        f"{bench}.v": text,
        "stimulus.hex": hex_rows(vectors.inputs, vectors.stimulus),
        "expected.hex": hex_rows(vectors.outputs, vectors.expected),
    }


def _bits(ports: Mapping[str, Port]) -> int:
    return sum(port.width for port in ports.values())


def _slices(ports: Mapping[str, Port]) -> list[tuple[str, str]]:
    slices, low = [], 0
    for name, port in ports.items():
        slices.append((name, f"[{low + port.width - 1}:{low}]"))
        low += port.width
    return slices


def _connections(vectors: Vectors) -> list[str]:
    lines = ["    .clk(clk)"]
    lines += [f"    .{name}(in{place})" for name, place in _slices(vectors.inputs)]
    return lines + [f"    .{name}(out{place})" for name, place in _slices(vectors.outputs)]


def _compares(ports: Mapping[str, Port]) -> list[str]:
    return [
        f'        if (out{at} !== want{at}) differ("{name}", out{at}, want{at});'
        for name, at in _slices(ports)
    ]


@dataclass(frozen=True)
class Verdict:
    """What a bench wrote.

    Members
    -------
    rows : int
        Cycles that were run.
    wrong : int
        Cycles in which an output differed.
    told : tuple of str
        What the bench printed, for a person to read.
    """

    rows: int
    wrong: int
    told: tuple[str, ...] = ()

    @property
    def ok(self) -> bool:
        """Cycles were run, and none differed."""
        return self.rows > 0 and self.wrong == 0


def read_verdict(folder: Path) -> Verdict:
    """Return the verdict that a bench left in a folder.

    Raises
    ------
    ToolError
        Where there is none: the bench did not come to its end.
    """
    path = folder / RESULT
    words = path.read_text().split() if path.is_file() else []
    if len(words) == 2 and words[0] == "PASS":
        return Verdict(int(words[1]), 0)
    if len(words) == 3 and words[0] == "FAIL":
        return Verdict(int(words[2]), int(words[1]))
    raise ToolError(f"Bench must leave its verdict in {path}, and leaves {' '.join(words) or None}")


def run_icarus(sources: Sequence[Path], bench: str, folder: Path, *, timeout: float) -> Verdict:
    """Compile with Icarus and run a bench whose vectors lie in a folder.

    Parameters
    ----------
    sources : sequence of Path
        Verilog files, the bench included.
    bench : str
        Module to start.
    folder : Path
        Where the vectors lie; the compiled bench and the verdict go there too.
    timeout : float
        Seconds of the clock on the wall for each of the two steps.
    """
    require_icarus()
    (folder / RESULT).unlink(missing_ok=True)
    compiled = folder / f"{bench}.vvp"
    command: list[str | Path] = ["iverilog", "-g2012", "-s", bench, "-o", compiled, *sources]
    done = _run(command, folder, timeout, f"Icarus must compile {bench}")
    if done.returncode:
        reason = next(iter((done.stdout + done.stderr).splitlines()), "nothing")
        raise ToolError(f"Icarus must compile {bench}, and says: {reason}")
    done = _run(["vvp", "-n", compiled], folder, timeout, f"Bench {bench} must end")
    verdict = read_verdict(folder)
    if verdict.ok != (done.returncode == 0):
        raise ToolError(
            f"Bench {bench} must end with an exit status that agrees with its verdict, "
            f"not with {done.returncode}"
        )
    told = tuple(line for line in done.stdout.splitlines() if line)
    return Verdict(verdict.rows, verdict.wrong, told)


def _run(
    command: Sequence[str | Path], folder: Path, timeout: float, subject: str
) -> subprocess.CompletedProcess[str]:
    # Without the user's own settings: what is found must not depend on them.
    program = shutil.which(str(command[0])) or str(command[0])
    try:
        return subprocess.run(
            [program, *map(str, command[1:])],
            cwd=folder,
            check=False,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=timeout,
        )
    except subprocess.TimeoutExpired as error:
        raise ToolError(f"{subject} within {timeout:g} s, and does not") from error
