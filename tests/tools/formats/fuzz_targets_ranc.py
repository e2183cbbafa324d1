"""What a fuzzer of RANC's JSON needs: whole files, changes to them, and the target."""

import json
import random
import re
import runpy
from pathlib import Path
from types import SimpleNamespace

from spikewright.tools.formats.ranc_json import read_ranc, read_ranc_stimulus, write_ranc

__all__ = ["SEEDS", "fuzz_one", "mutated"]

fuzzing = SimpleNamespace(**runpy.run_path(str(Path(__file__).with_name("fuzzing.py"))))
helpers = SimpleNamespace(**runpy.run_path(str(Path(__file__).with_name("ranc_helpers.py"))))

SEEDS = (
    json.dumps(helpers.BASE).encode(),
    json.dumps(helpers.BASE, indent=1).encode(),
    b'{"cores":[],"packets":[],"output_bus":{"coordinates":[0,0],"num_outputs":0}}',
)

_VALUE = re.compile(rb"-?\d+(?=[,\]}\s])|\[[^\[\]{}]*\]")
_KEY = re.compile(rb'"\w+"(?=:)')
_VALUES = (
    *(b"0 1 -1 2 3 4 14 15 16 -256 255 256 300 -257 65536 2147483648 -2147483649".split()),
    *(b"4294967296 18446744073709551616 1.0 true false null {} [] [0] [1,1] [0,1,1]".split()),
    *(b'"" "x" "axons"'.split()),
)
_KEYS = (
    *(b'"cores" "axons" "leak" "destination_core" "destination_core_offset" "packets"'.split()),
    b'""',
    b'"x": 1, "y"',
)
_TOKENS = (
    *(b'NaN -Infinity 1e9 [ ] { } , : " \\ // \n \xff \x00 \xe2\x82\xac \xef\xbb\xbf'.split(b" ")),
    *(b'"\\u0000" "\\ud800" "\\'.split()),
    b"[" * 5000,
    b"9" * 5000,
    b'{"a":' * 2000,
    b"",
)


def mutated(seed: int) -> bytes:
    """Return one of the files after some changes, or now and then noise."""
    rng = random.Random(seed)
    if rng.random() < 0.03:
        return rng.randbytes(rng.randrange(200))
    data = rng.choice(SEEDS)
    for _ in range(rng.choice((1, 1, 1, 2, 4, 16))):
        start = rng.randrange(len(data) + 1)
        end = min(len(data), start + rng.choice((0, 1, 1, 2, 3, 8, 40, 400)))
        choice = rng.random()
        if choice < 0.65:
            # Another value, so that the result is still JSON and gets further.
            value = _VALUE.search(data, start)
            start, end = value.span() if value else (start, end)
            new = rng.choice(_VALUES)
        elif choice < 0.7:
            key = _KEY.search(data, start)
            start, end = key.span() if key else (start, end)
            new = rng.choice(_KEYS)
        elif choice < 0.75:
            new = rng.choice(_TOKENS)
        else:
            new = fuzzing.other_bytes(rng, data, start, end)
        data = data[:start] + new + data[end:]
    return data


def fuzz_one(data: bytes, folder: Path) -> None:
    """Read any bytes as RANC's JSON: a refusal in one sentence, or a network that is written."""
    path, again = folder / "fuzz.json", folder / "again.json"
    path.write_bytes(data)
    for approximate in (False, True):
        with fuzzing.refusals(path.name):
            network, _ = read_ranc(path, approximate=approximate)
            if not approximate:
                a = network.architecture
                write_ranc(network, again)
                back, _ = read_ranc(again, axons=a.axons, neurons=a.neurons)
                if not helpers.same(network, back):
                    raise AssertionError("the network that was written is another")
            read_ranc_stimulus(path, network)
