"""What a fuzzer of RANC's memory files needs: whole folders as bytes, changes, and the target."""

import random
import runpy
from pathlib import Path
from types import SimpleNamespace

import numpy as np

from spikewright.tools.formats.ranc_memory import (
    read_ranc_expected,
    read_ranc_inputs,
    read_ranc_memory,
)

__all__ = ["NAMES", "SEEDS", "fuzz_one", "mutated"]

fuzzing = SimpleNamespace(**runpy.run_path(str(Path(__file__).with_name("fuzzing.py"))))

NAMES = (
    "csram_000.mem",
    "tc_000.mem",
    "csram_001.mem",
    "tc_001.mem",
    "tb_num_inputs.txt",
    "tb_input.txt",
    "tb_num_outputs.txt",
    "tb_correct.txt",
)
"""The files that the parts of an input between zero bytes become; an empty part is no file."""


def _folder(dx: tuple[int, int], dy: tuple[int, int]) -> bytes:
    """Return two cores of 2 axons and 3 neurons with their packets."""
    rng = np.random.default_rng(dx[0])
    parts = []
    for core in range(2):
        rows = []
        for _ in range(3):
            bits = "".join(str(bit) for bit in rng.integers(0, 2, 2 + 8 * 9))
            offset = f"{dx[core] % 512:09b}{dy[core] % 512:09b}"
            rows.append(f"{bits[:65]}0{bits[66:74]}{-1 % 512:09b}1_{offset}_{core}{3:04b} // n")
        parts += ["/* rows */\n" + "\n".join(rows), "00\n1_1"]
    parts += ["2\n0\n1\n", "\n".join(["0" * 18 + "10011"] * 3), "1 2", "00 01 11"]
    return b"\0".join(part.encode() for part in parts)


SEEDS = (_folder((1, 1), (0, 0)), _folder((0, 0), (1, 1)))

_TOKENS = (
    *(b"0 1 00 01 10 11 _ x z // /* */ @0 - 2 15 256 9999999 99999999 \xff".split()),
    b"\n",
    b"\0",
    b"",
    b"0" * 107,
    b"1" * 500,
    b"//" * 3000,
    b"/**/" * 3000,
)


def mutated(seed: int) -> bytes:
    """Return one of the folders after some changes, or now and then noise."""
    rng = random.Random(seed)
    if rng.random() < 0.03:
        return rng.randbytes(rng.randrange(200))
    data = rng.choice(SEEDS)
    for _ in range(rng.choice((1, 1, 1, 2, 4, 16))):
        start = rng.randrange(len(data) + 1)
        end = min(len(data), start + rng.choice((0, 1, 1, 2, 3, 8, 40, 200)))
        choice = rng.random()
        if choice < 0.5:
            # Other digits, so that the words keep their length.
            digits = [
                byte ^ rng.randrange(2) if byte in b"01" else byte for byte in data[start:end]
            ]
            new = bytes(digits)
        elif choice < 0.75:
            new = rng.choice(_TOKENS)
        else:
            new = fuzzing.other_bytes(rng, data, start, end)
        data = data[:start] + new + data[end:]
    return data


def fuzz_one(data: bytes, folder: Path) -> None:
    """Read any bytes as a folder of RANC's: only a refusal in one sentence may come of it."""
    parts = data.split(b"\0", len(NAMES) - 1)
    for name, part in zip(NAMES, parts + [b""] * len(NAMES), strict=False):
        (folder / name).unlink(missing_ok=True)
        if part:
            (folder / name).write_bytes(part)
    for options in ({}, {"approximate": True, "mesh": (3, 1), "bus": (2, 0)}):
        with fuzzing.refusals(*NAMES, folder.name):
            network, _ = read_ranc_memory(folder, **options)
            for name in NAMES[4:]:
                if not (folder / name).exists():
                    (folder / name).write_bytes(b"")
            read_ranc_inputs(folder, network)
            read_ranc_expected(folder)
