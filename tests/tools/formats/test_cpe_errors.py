"""One damaged IBM Corelet file for each rule, and the whole sentence that is said about it."""

import importlib.util
from pathlib import Path
from typing import Any

import pytest

from spikewright.tools.formats.cpe import read_cpe
from spikewright.tools.formats.report import FormatError

_SPEC = importlib.util.spec_from_file_location(
    "fuzz_targets_cpe", Path(__file__).with_name("fuzz_targets_cpe.py")
)
assert _SPEC is not None
assert _SPEC.loader is not None
fuzz: Any = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(fuzz)

COUNT = "model: coreCount must be"
IDS = f"{COUNT} the number of cores, whose ids start at 0"
ROW = "crossbarTypes 0 crossbar row 1"
KIND = f"{ROW}: type must be one of 'S0', 'S1', 'S2', 'S3', not"
BYTES = f"{ROW}: synapses must be 32 hexadecimal bytes, not"
ZEROS = "00 " * 12
S1 = '{"type":"S1",'
SECOND = f'"synapses":"80 {"00 " * 30}00"}}'
NAME = "neuronTypes 0: name must be N and a hexadecimal number above 0, not"
WEIGHT = "neuronTypes 0: s0 must be an integer in 0..255, not"
FIELDS = (
    "name, class, sigma0, sigma1, sigma2, sigma3, s0, s1, s2, s3, b0, b1, b2, b3, sigma_lambda, "
    "lambda, c_lambda, epsilon, alpha, beta, TM, gamma, kappa, sigma_VR, VR, V"
)
LISTS = "dendrites, types, destCores, destAxons, destDelays"
RUNS = "must be of integers and runs such as '0:255', '0:2:254' and '1x16', not"
TYPES = '"types":[1,10,"1x254"]'
TARGET = "destCores must be a core in 0..1, -1 or -2 for none, or an output in -65567..-32, not"

# What is replaced in the example, by what, and the sentence; None for what is no fault.
CASES: list[tuple[str, str, str | None]] = [
    # The model.
    ('"model"', '"modell"', "model must be given, and is not"),
    ('"model":{', '"model":[],"m":{', "model must be an object, not a list"),
    ('"coreCount":2,', '"coreCount":3,', f"{IDS}, not 3 for 2 cores up to id 1"),
    ('"id":1,', '"id":2,', f"{IDS}, not 2 for 2 cores up to id 2"),
    ('"coreCount":2,', "", None),
    ('"crossbarSize":256,', "", None),
    ('"coreCount":2,', '"coreCount":10000,', f"{COUNT} an integer in 1..4096, not 10000"),
    ('"coreCount":2,', '"coreCount":2.0,', f"{COUNT} an integer in 1..4096, not 2.0"),
    ('"coreCount":2,', '"coreCount":true,', f"{COUNT} an integer in 1..4096, not True"),
    ('"crossbarSize":256', '"crossbarSize":16', "model: crossbarSize must be 256, not 16"),
    ("NeuronGeneral", "Odd", "model: neuronclass must be 'NeuronGeneral', not 'Odd'"),
    ("CrossbarBinary", "Odd", "model: crossbarclass must be 'CrossbarBinary', not 'Odd'"),
    # The library of crossbars.
    ('Types":[', 'Types":{},"x":[', "crossbarTypes must be a list, not an object"),
    ('Types":[', 'Types":[7,', "crossbarTypes 0 must be an object, not 7"),
    ('{"name":', '{"id":1,"name":', "crossbarTypes 0: keys must be of name, crossbar, not 'id'"),
    ('"name":"coreProt0000001",', "", "crossbarTypes 0: name must be given, and is not"),
    ('"coreProt0000001"', "7", "crossbarTypes 0: name must be a string, not 7"),
    ('{"rows"', '{"x":0,"rows"', "crossbarTypes 0 crossbar: keys must be of rows, not 'x'"),
    ('"rows":[', '"rows":7,"x":[', "crossbarTypes 0 crossbar: keys must be of rows, not 'x'"),
    (S1, "{", f"{ROW}: type must be given, and is not"),
    (S1, '{"type":"S4",', f"{KIND} 'S4'"),
    (S1, '{"type":["S1"],', f"{KIND} a list"),
    (S1, '{"type":1,', f"{KIND} 1"),
    (f"{S1}{SECOND}", "7", f"{ROW} must be an object, not 7"),
    (S1, f'{S1}"weight":2,', f"{ROW}: keys must be of type, synapses, not 'weight'"),
    (S1, f"7,{S1}", "crossbarTypes 0 crossbar: rows must have at most 256 entries, not 257"),
    ('"80 00', '"80', f"{BYTES} '80 {ZEROS}..."),
    ('"80 00', '"80 00 00', f"{BYTES} '80 {ZEROS}..."),
    ('"80 00', '"8G 00', f"{BYTES} '8G {ZEROS}..."),
    ('"80 00', '"\\u0668\\u0660 00', f"{BYTES} '\u0668\u0660 {ZEROS}..."),
    # The library of neurons.
    ('"neuronTypes":[', '"neuronTypes":"","x":[', "neuronTypes must be a list, not ''"),
    ('"N0000000A"', '"A"', f"{NAME} 'A'"),
    ('"N0000000A"', '"N0x1"', f"{NAME} 'N0x1'"),
    ('"N0000000A"', '"N00000000"', f"{NAME} 'N00000000'"),
    ('"N0000000A"', '"N1"', "neuronTypes 1: name must be given once, not 'N00000001' twice"),
    (
        '"class":"NeuronGeneral"',
        '"class":"Odd"',
        "neuronTypes 0: class must be 'NeuronGeneral', not 'Odd'",
    ),
    ('"s0":5', '"s0":5,"s4":1', f"neuronTypes 0: keys must be of {FIELDS}, not 's4'"),
    ('"s0":5,', "", "neuronTypes 0: s0 must be given, and is not"),
    ('"s0":5', '"s0":256', f"{WEIGHT} 256"),
    ('"s0":5', '"s0":-5', f"{WEIGHT} -5"),
    ('"s0":5', '"s0":5.0', f"{WEIGHT} 5.0"),
    ('"s0":5', '"s0":"5"', f"{WEIGHT} '5'"),
    ('"s0":5', f'"s0":1{"0" * 40}', f"{WEIGHT} a number of more than 40 digits"),
    ('"sigma2":-1', '"sigma2":0', "neuronTypes 0: sigma2 must be one of -1, 1, not 0"),
    ('"sigma2":-1', '"sigma2":true', "neuronTypes 0: sigma2 must be one of -1, 1, not True"),
    ('"b1":false', '"b1":2', "neuronTypes 0: b1 must be an integer in 0..1, not 2"),
    ('"b1":false', '"b1":0', None),
    ('"class":"NeuronGeneral",', "", None),
    (
        '"lambda":1',
        '"lambda":256',
        "neuronTypes 1: lambda must be an integer in 0..255, not 256",
    ),
    (
        '"alpha":4',
        '"alpha":262144',
        "neuronTypes 1: alpha must be an integer in 0..262143, not 262144",
    ),
    ('"TM":17', '"TM":18', "neuronTypes 2: TM must be an integer in 0..17, not 18"),
    ('"gamma":1', '"gamma":3', "neuronTypes 0: gamma must be an integer in 0..2, not 3"),
    ('"VR":18', '"VR":19', "neuronTypes 2: VR must be an integer in 0..18, not 19"),
    (
        '"V":-393216',
        '"V":-393217',
        "neuronTypes 2: V must be an integer in -393216..393216, not -393217",
    ),
    # The cores.
    ('"core":{', '"core":7,"core":{', "core 0 of the file must be an object, not 7"),
    ('"id":1,', "", "core 0 of the file: id must be given, and is not"),
    (
        '"id":1,',
        '"id":1000000000,',
        "core 0 of the file: id must be an integer in 0..4095, not 1000000000",
    ),
    ('"id":1,', '"id":0,', "core 0: id must be given once, not in cores 0 and 1 of the file"),
    ('"rngSeed":7', '"rngSeed":0', "core 1: rngSeed must be in 1..4294967295, not 0"),
    (
        '"rngSeed":7',
        '"rngSeed":4294967296',
        "core 1: rngSeed must be an integer in 0..4294967295, not 4294967296",
    ),
    (
        '"timeScaleExponent":0',
        '"timeScaleExponent":-1',
        "core 1: timeScaleExponent must be 0, not -1",
    ),
    (
        '{"name":"coreProt0000001"}',
        '{"name":"b"}',
        "core 0 crossbar: name must be one of crossbarTypes, not 'b'",
    ),
    ('{"name":"coreProt0000001"}', "[]", "core 0 crossbar must be an object, not a list"),
    (
        '{"name":"coreProt0000001"}',
        '{"name":"coreProt0000001","x":0}',
        "core 0 crossbar: keys must be of name, not 'x'",
    ),
    # Their lists.
    ('"neurons":{', '"neurons":0,"n":{', "core 1 neurons must be an object, not 0"),
    ('"dendrites"', '"x"', f"core 1 neurons: keys must be of {LISTS}, not 'x'"),
    ('"dendrites":["0:255"],', "", "core 0 neurons: dendrites must be given, and is not"),
    (TYPES, '"types":[1]', "core 0 neurons: types must have 256 values, not 1"),
    (
        TYPES,
        f'"types":[{"1," * 256}1]',
        "core 0 neurons: types must have at most 256 entries, not 257",
    ),
    (
        TYPES,
        '"types":[1,"1x256"]',
        "core 0 neurons: types must have 256 values, which '1x256' exceeds",
    ),
    (
        TYPES,
        '"types":["0x999999999"]',
        "core 0 neurons: types must have 256 values, which '0x999999999' exceeds",
    ),
    (
        TYPES,
        '"types":["-999999999:999999999"]',
        "core 0 neurons: types must have 256 values, which '-999999999:999999999' exceeds",
    ),
    *(
        (TYPES, f'"types":[{text}]', f"core 0 neurons: types {RUNS} {said}")
        for text, said in [
            ('"5:0"', "'5:0'"),
            ('"0:-1:5"', "'0:-1:5'"),
            ('"0:0:5"', "'0:0:5'"),
            ('"1x0"', "'1x0'"),
            ('"1x-5"', "'1x-5'"),
            ('"1x"', "'1x'"),
            ('""', "''"),
            ('"1 x 2"', "'1 x 2'"),
            ('"0:1:2:3"', "'0:1:2:3'"),
            ('"\\u0661x256"', "'\u0661x256'"),
            ('"' + "1" * 100 + '"', "'" + "1" * 39 + "..."),
            ("10000000000", "10000000000"),
            ("1.5", "1.5"),
            ("true", "True"),
            ("null", "None"),
            ('["0:255"]', "a list"),
        ]
    ),
    (
        TYPES,
        '"types":[1,3,"1x254"]',
        "core 0 neuron 1: types must be 0 or the number of a neuron type, not 3",
    ),
    (
        TYPES,
        '"types":[1,-1,"1x254"]',
        "core 0 neuron 1: types must be 0 or the number of a neuron type, not -1",
    ),
    ('["1x1",-32', '["2x1",-32', f"core 0 neuron 0: {TARGET} 2"),
    ('["1x1",-32', '["-3x1",-32', f"core 0 neuron 0: {TARGET} -3"),
    ('["1x1",-32', '["1x1",-31', f"core 0 neuron 1: {TARGET} -31"),
    ('["1x1",-32', '["1x1",-65567', None),
    ('["1x1",-32', '["1x1",-65568', f"core 0 neuron 1: {TARGET} -65568"),
    ('"0:7:7"', '"0:256:256"', "core 0 neuron 1: destAxons must be in 0..255, not 256"),
    ('"0:7:7"', '"-1:7:6"', "core 0 neuron 0: destAxons must be in 0..255, not -1"),
    ('[2,"1x255"]', '[0,"1x255"]', "core 0 neuron 0: destDelays must be in 1..15, not 0"),
    ('[2,"1x255"]', '["1x255",16]', None),
    ('[2,"1x255"]', '["16x256"]', "core 0 neuron 0: destDelays must be in 1..15, not 16"),
    (
        '["0:1:254",255]',
        '["255:-1:0"]',
        "core 1 neuron 0: dendrites must be the neuron's own number, not 255",
    ),
    (
        '["0:1:254",255]',
        '["0:254",256]',
        "core 1 neuron 255: dendrites must be in 0..255, not 256",
    ),
]


@pytest.mark.parametrize("number", range(len(CASES)))
def test_each_rule_has_its_sentence(tmp_path: Path, number: int) -> None:
    old, new, sentence = CASES[number]
    assert old in fuzz.EXAMPLE
    path = tmp_path / "net.json"
    path.write_text(fuzz.EXAMPLE.replace(old, new, 1))
    if sentence is None:
        read_cpe(path)
        return
    with pytest.raises(FormatError) as error:
        read_cpe(path)
    assert str(error.value) == f"net.json: {sentence}"


def test_too_many_of_anything_is_refused_before_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "net.json"
    for text, sentence in [
        (
            f'"crossbarTypes":[{"0," * 4096}0]',
            "crossbarTypes must have at most 4096 entries, not 4097",
        ),
        (
            f'"neuronTypes":[{"0," * 65536}0]',
            "neuronTypes must have at most 65536 entries, not 65537",
        ),
        (",".join(['"core":0'] * 4097), "core must occur at most 4096 times, not 4097"),
    ]:
        path.write_text(f'{{"model":{{}},{text}}}')
        with pytest.raises(FormatError) as error:
            read_cpe(path)
        assert str(error.value) == f"net.json: {sentence}"


def test_a_file_without_cores_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "net.json"
    path.write_text('{"model":{}}')
    with pytest.raises(FormatError) as error:
        read_cpe(path)
    assert str(error.value) == "net.json: core must be given, and is not"
