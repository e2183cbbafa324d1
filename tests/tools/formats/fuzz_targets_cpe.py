"""What a fuzzer of the CPE importer needs: a whole file, changes to it, and the target."""

import random
import re
import runpy
from pathlib import Path
from types import SimpleNamespace

from spikewright.tools.formats.cpe import read_cpe

__all__ = ["EXAMPLE", "SEEDS", "fuzz_one", "mutated"]

fuzzing = SimpleNamespace(**runpy.run_path(str(Path(__file__).with_name("fuzzing.py"))))


def rows(*wired: tuple[str, str]) -> str:
    """Return 256 rows of a crossbar: these, padded with zeros, then empty ones."""
    pairs = [*wired, *[("S0", "")] * (256 - len(wired))]
    lines = [
        f'{{"type":"{kind}","synapses":"{" ".join((synapses.split() + ["00"] * 32)[:32])}"}}'
        for kind, synapses in pairs
    ]
    return "/* Parameters */\n" + ",\n".join(lines)


def neuron(name: str, weights: str, rest: str) -> str:
    """Return a neuron type: signs and magnitudes of its weights, then everything else."""
    return f'{{"name":"{name}","class":"NeuronGeneral",{weights},{rest}}}'


TYPES = ",\n".join(
    [
        neuron(
            "N0000000A",
            '"sigma0":1,"sigma1":1,"sigma2":-1,"sigma3":1,"s0":5,"s1":0,"s2":255,"s3":7,'
            '"b0":false,"b1":false,"b2":false,"b3":false',
            '"sigma_lambda":-1,"lambda":0,"c_lambda":false,"epsilon":true ,"alpha":2,"beta":0,'
            '"TM":0,"gamma":1,"kappa":true ,"sigma_VR":1,"VR":0,"V":0',
        ),
        neuron(
            "N00000001",
            '"sigma0":1,"sigma1":-1,"sigma2":1,"sigma3":1,"s0":3,"s1":2,"s2":0,"s3":0,'
            '"b0":false,"b1":false,"b2":false,"b3":false',
            '"sigma_lambda":-1,"lambda":1,"c_lambda":false,"epsilon":false,"alpha":4,"beta":5,'
            '"TM":0,"gamma":0,"kappa":false,"sigma_VR":-1,"VR":2,"V":1',
        ),
        neuron(
            "N00000002",
            '"sigma0":-1,"sigma1":-1,"sigma2":-1,"sigma3":-1,"s0":1,"s1":2,"s2":3,"s3":4,'
            '"b0":true ,"b1":false,"b2":false,"b3":true ',
            '"sigma_lambda":1,"lambda":9,"c_lambda":true ,"epsilon":true ,"alpha":262143,"beta":99,'
            '"TM":17,"gamma":2,"kappa":true ,"sigma_VR":-1,"VR":18,"V":-393216',
        ),
    ]
)

EXAMPLE = f"""{{
  /* General model parameters */
  "model":{{
    "coreCount":2,
    "neuronclass":"NeuronGeneral",
    "crossbarSize":256,
    "crossbarclass":"CrossbarBinary",
    "buildKey64":"20260101T000000_no//comment_/*nor here*/_\\"",
    "networking":"INTRA",
    "useCrossbarPrototypes":true
  }},
  "crossbarTypes":[
    {{"name":"coreProt0000001","crossbar":{{"rows":[{
    rows(("S0", "C0"), ("S1", "80"), ("S3", "00 01"), ("S2", "00 " * 31 + "01"))
}]}}}}
  ],
  "neuronTypes":[
{TYPES}
  ],
  /* Core parameters */
  "core":{{
    "metadata":{{"coreletClass":"example","coreletId":0,"coreNumber":0,"parentCoreletId":[-1]}},
    "id":1, // the second comes first
    "timeScaleExponent":0,
    "rngSeed":7,
    "neurons":{{
      "dendrites":["0:1:254",255],
      "types":["0x2",10,"0x252",2],
      "destCores":["-1x2",-33,"-1x252",0],
      "destAxons":["0x2",3,"0x252",255],
      "destDelays":["1x255",15]
    }},
    /* Core crossbar parameters **/
    "crossbar":{{"rows":[{rows(("S0", "20"))}]}}
  }},
  "core":{{
    "id":0,
    "timeScaleExponent":0,
    "rngSeed":4294967295,
    "neurons":{{
      "dendrites":["0:255"],
      "types":[1,10,"1x254"],
      "destCores":["1x1",-32,"-2x254"],
      "destAxons":["0:7:7","-1x254"],
      "destDelays":[2,"1x255"]
    }},
    "crossbar":{{"name":"coreProt0000001"}}
  }}
}}
"""
SEEDS = (EXAMPLE.encode(),)

# Empty rows are most of the file; a change to the other tenth is worth more.
_ROW = re.compile(rb'\{"type":"S0","synapses":"[0 ]*"\},?\n?')
_VALUE = re.compile(rb'-?\d+(?=[,\]}])|true|false|"[^"]*"(?=[,\]}])')
_VALUES = (
    *(b"0 1 -1 -2 -3 -32 -33 -99999 2 3 15 16 19 255 256 4095 4096 1.0 4294967296 []".split()),
    *(b'true false null {} "0x999999999" "0:255" "255:-1:0" "0:0:5" "5:0" "1x" "0x256"'.split()),
    *(b'"1x256" "1x255" "" "core" "S3" "FF" "N0000000A" "coreProt0000001" [["0:255"]]'.split()),
)
_TOKENS = (
    *(b"0 1 -1 -2 -3 -32 -33 -99999 2 3 15 16 19 255 256 4095 4096 1e9 1.0 4294967296".split()),
    *(b'true false null NaN -Infinity [ ] { } , : " \\ /* */ // \n \xff \x00 \xe2\x82\xac'.split()),
    *(b'"0x999999999" "0:255" "255:-1:0" "0:0:5" "5:0" "1x" "0x256" "1x16" "" "\\u0000"'.split()),
    *(b'"core" "core":{} "id" "rows" "name" "S3" "S4" "FF" "N0000000A" "coreProt0000001"'.split()),
    b"[" * 5000,
    b"9" * 5000,
    b"",
)


def mutated(seed: int) -> bytes:
    """Return the example after some changes, or now and then noise."""
    rng = random.Random(seed)
    if rng.random() < 0.05:
        return rng.randbytes(rng.randrange(200))
    data = EXAMPLE.encode()
    for _ in range(rng.choice((1, 1, 1, 2, 4, 16))):
        empty = [match.span() for match in _ROW.finditer(data)]
        start = rng.randrange(len(data) + 1)
        while any(low <= start < high for low, high in empty) and rng.random() < 0.998:
            start = rng.randrange(len(data) + 1)
        end = min(len(data), start + rng.choice((0, 1, 1, 2, 3, 8, 40, 400)))
        choice = rng.random()
        if choice < 0.5:
            # Another value, so that the result is still JSON and gets further.
            value = _VALUE.search(data, start)
            start, end = value.span() if value else (start, end)
            new = rng.choice(_VALUES)
        elif choice < 0.7:
            # A whole number, word or sign is replaced, so that most results are still JSON.
            while start > 0 and data[start - 1 : start].isalnum() and data[start - 1] != 0x22:
                start -= 1
            end = start
            while end < len(data) and data[end : end + 1].isalnum():
                end += 1
            new = rng.choice(_TOKENS)
        else:
            new = fuzzing.other_bytes(rng, data, start, end)
        data = data[:start] + new + data[end:]
    return data


def fuzz_one(data: bytes, folder: Path) -> None:
    """Read any bytes as a CPE file; only a refusal may come of it."""
    path = folder / "fuzz.json"
    path.write_bytes(data)
    for approximate in (False, True):
        with fuzzing.refusals(path.name):
            read_cpe(path, approximate=approximate)
